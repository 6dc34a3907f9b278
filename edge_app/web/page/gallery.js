// The gallery, and short messages over the page.

const $ = (id) => document.getElementById(id);
const TOAST_MS = 6000, TOASTS = 3, FILES_SHOWN = 6, PATIENCE_MS = 5000;
let allFiles = false;

export const make = (kind, values) => Object.assign(document.createElement(kind), values);

export function toast(text) {
  // The answer to a request and the notice about it say the same.
  if ([...$("toasts").children].some((note) => note.dataset.text === text)) return;
  const note = make("div", { className: "toast" });
  note.dataset.text = text;
  const file = /(?:^|[ /\\])(celcam-[\w-]+\.\w+)/.exec(text)?.[1];
  const words = text.startsWith("saved ") && file ? "Snapshot saved" : text[0].toUpperCase() + text.slice(1);
  note.append(make("span", { textContent: words }));
  if (text.startsWith("saved ") && file) note.append(make("a", { href: `/files/${encodeURIComponent(file)}`, download: file, textContent: "Download" }));
  $("toasts").append(note);
  while ($("toasts").children.length > TOASTS) $("toasts").firstChild.remove();
  setTimeout(() => note.remove(), TOAST_MS);
}

export async function showFiles() {
  let files;
  try {
    ({ files } = await (await fetch("/api/files", { cache: "no-store" })).json());
  } catch (error) {
    return;
  }
  $("no-files").hidden = files.length > 0;
  $("more-files").hidden = allFiles || files.length <= FILES_SHOWN;
  $("files").replaceChildren(...(allFiles ? files : files.slice(0, FILES_SHOWN)).map(tileOf));
}

function tileOf(file) {
  const { name, is_growing: grows } = file, film = !isPicture(name);
  const item = make("li"), button = make("button", { type: "button", onclick: () => open(file) });
  const small = make("small", { textContent: whenWords(file, "short") }), size = grows ? "recording…" : sizeWords(file.size_bytes);
  small.append(make("br"), size);
  const image = make("img", { alt: "", loading: "lazy", width: 120, height: 90, src: `${path("previews", name)}.jpg?${file.changed_s}` });
  const picture = make("span", { className: "blank" });
  picture.append(icon(film ? "i-film" : "i-photo"), image);
  image.onerror = () => image.remove();
  if (film) picture.append(make("b", { className: "play", ariaHidden: "true", textContent: "▶" }));
  button.setAttribute("aria-label", `${film ? "Play the recording" : "Show the snapshot"} ${name}, ${whenWords(file)}, ${size}`);
  button.append(picture, small);
  item.append(button);
  return item;
}

// --- one file on show
const viewer = $("viewer");
let shown = null, sure = false;

function open(file) {
  shown = file.name;
  const source = path("files", shown);
  const view = isPicture(shown)
    ? make("img", { src: source, alt: `Snapshot ${shown}` })
    : make("video", { src: source, controls: true, autoplay: true, muted: true, playsInline: true });
  view.onerror = () => view.replaceWith(make("p", { textContent: "This browser can't show the file. Download it." }));
  $("shown").replaceChildren(view);
  $("viewer-name").textContent = `${shown} · ${whenWords(file)} · ${sizeWords(file.size_bytes)}`;
  Object.assign($("viewer-down"), { href: source, download: shown });
  ask(false);
  viewer.showModal();
  $("viewer-close").focus();
}

function ask(now) {
  sure = now;
  $("viewer-delete").textContent = sure ? "Delete for good" : "Delete";
  $("viewer-delete").classList.toggle("danger", sure);
}

$("viewer-delete").onclick = async () => {
  if (!sure) return ask(true);
  if (await post("/api/delete", { name: shown })) {
    viewer.close();
    showFiles();
  }
  ask(false);
};
$("viewer-close").onclick = () => viewer.close();
viewer.onclick = (event) => event.target === viewer && viewer.close();
viewer.onclose = () => $("shown").replaceChildren();

export async function post(path, content = {}) {
  try {
    const answer = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const reply = await answer.json();
    if (!answer.ok) toast(reply.error);
    return answer.ok ? reply : null;
  } catch (error) {
    toast("The camera did not answer.");
    return null;
  }
}

function icon(name) {
  const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg"), use = document.createElementNS(space, "use");
  use.setAttribute("href", `#${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

const isPicture = (name) => /\.(png|jpg)$/.test(name);
const path = (folder, name) => `/${folder}/${encodeURIComponent(name)}`;
const whenWords = ({ changed_s }, dateStyle = "medium") => new Date(1000 * changed_s).toLocaleString([], { dateStyle, timeStyle: "short" });
const sizeWords = (bytes) => (bytes < 999500 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`);

$("more-files").onclick = () => {
  allFiles = true;
  showFiles();
};
