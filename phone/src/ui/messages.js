/** Short messages for everybody, and for screen readers alone. */

let hiding = 0;

const element = (id) => document.getElementById(id);

/** Show one line for some seconds. @param {string} text @param {number} [seconds] */
export function say(text, seconds = 4) {
  const toast = element("toast");
  toast.textContent = text;
  toast.classList.add("on");
  clearTimeout(hiding);
  hiding = setTimeout(() => toast.classList.remove("on"), seconds * 1000);
}

/** What screen readers say. @param {string} text */
export function announce(text) {
  element("announce").textContent = text;
}

/** Show a label over the picture for a moment. @param {"look-label" | "zoom-label"} id @param {string} text */
export function flash(id, text) {
  const label = element(id);
  label.textContent = text;
  label.classList.add("on");
  clearTimeout(label.hiding);
  label.hiding = setTimeout(() => label.classList.remove("on"), 650);
}

/** A name as people write it: "colored-pencil" is "Colored pencil". @param {string} name */
export function title(name) {
  const words = name.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
