// The gallery, and short messages over the page.

const $ = (id) => document.getElementById(id);
const TOAST_MS = 6000, TOASTS = 3, FILES_SHOWN = 4;
let allFiles = false;

export const make = (kind, values) => Object.assign(document.createElement(kind), values);

export function toast(text) {
  const note = make("div", { className: "toast" });
  const file = /(?:^|[ /\\])(celcam-[\w-]+\.\w+)/.exec(text)?.[1];
  const words = text.startsWith("saved ") && file ? "Snapshot saved" : text[0].toUpperCase() + text.slice(1);
  note.append(make("span", { textContent: words }));
  if (file) note.append(fileLink(file));
  $("toasts").append(note);
  while ($("toasts").children.length > TOASTS) $("toasts").firstChild.remove();
  setTimeout(() => note.remove(), TOAST_MS);
}

const fileLink = (name) => make("a", { href: `/files/${encodeURIComponent(name)}`, download: name, textContent: "Download" });

export async function showFiles() {
  let files;
  try {
    ({ files } = await (await fetch("/api/files", { cache: "no-store" })).json());
  } catch (error) {
    return;
  }
  $("no-files").hidden = files.length > 0;
  $("more-files").hidden = allFiles || files.length <= FILES_SHOWN;
  $("files").replaceChildren(...(allFiles ? files : files.slice(0, FILES_SHOWN)).map(({ name, size_bytes, changed_s }) => {
    const item = make("li"), link = fileLink(name), film = !/\.(png|jpg)$/.test(name);
    const words = make("span", { textContent: film ? "Recording" : "Snapshot" });
    const when = new Date(1000 * changed_s).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    const small = make("small", { textContent: `${when} · ${sizeWords(size_bytes)}` });
    words.append(small);
    link.replaceChildren(icon(film ? "i-film" : "i-photo"), words, icon("i-down"));
    link.setAttribute("aria-label", `Download ${name}, ${small.textContent}`);
    item.append(link);
    return item;
  }));
}

function icon(name) {
  const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg"), use = document.createElementNS(space, "use");
  use.setAttribute("href", `#${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

const sizeWords = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`);

$("more-files").onclick = () => {
  allFiles = true;
  showFiles();
};
