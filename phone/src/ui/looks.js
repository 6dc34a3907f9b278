/** The strip of looks: a group of radio buttons with small pictures. */
import { title } from "./messages.js";

export class LookStrip {
  /**
   * @param {import("../catalogue.js").Catalogue} catalogue
   * @param {(look: import("../catalogue.js").Look, again: boolean) => void} choose `again`: the chosen look was tapped
   */
  constructor(catalogue, choose) {
    this.strip = document.getElementById("looks");
    this.choose = choose;
    this.chosen = null;
    /** @type {Map<string, HTMLButtonElement>} */
    this.buttons = new Map(catalogue.looks.map((look) => [look.name, this.button(look)]));
    this.strip.append(...this.buttons.values());
    this.strip.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!steps || !this.chosen) return;
      event.preventDefault();
      event.stopPropagation();
      const look = catalogue.next(this.chosen, steps);
      this.choose(look, false);
      this.buttons.get(look.name).focus();
    });
  }

  button(look) {
    const button = document.createElement("button");
    button.className = "look";
    button.role = "radio";
    button.ariaLabel = `${title(look.name)}: ${look.about}`;
    button.ariaChecked = "false";
    button.tabIndex = -1;
    const face = document.createElement("span");
    face.className = "face";
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = title(look.name);
    button.append(face, name);
    button.addEventListener("click", () => this.choose(look, look === this.chosen));
    return button;
  }

  /** Load the bundled small pictures; the first cartoon comes before them. */
  showFaces(looks) {
    for (const look of looks) {
      const face = this.buttons.get(look.name).firstElementChild;
      if (face.childElementCount) continue;
      const image = new Image();
      image.alt = "";
      image.src = look.thumbnail;
      face.append(image);
    }
  }

  /** Put a live miniature on a look's button. @param {ImageData} picture */
  showMiniature(look, picture) {
    const face = this.buttons.get(look.name).firstElementChild;
    let canvas = face.querySelector("canvas");
    if (!canvas) {
      canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [picture.width, picture.height];
      face.append(canvas);
    }
    canvas.getContext("2d").putImageData(picture, 0, 0);
  }

  /** The miniatures of a camera that is closed say nothing. */
  dropMiniatures() {
    for (const canvas of this.strip.querySelectorAll("canvas")) canvas.remove();
  }

  mark(look) {
    this.chosen = look;
    for (const [name, button] of this.buttons) {
      button.ariaChecked = String(name === look.name);
      button.tabIndex = name === look.name ? 0 : -1;
    }
    const button = this.buttons.get(look.name);
    const isColumn = getComputedStyle(this.strip).flexDirection === "column";
    this.strip.scrollTo({
      [isColumn ? "left" : "top"]: 0,
      [isColumn ? "top" : "left"]: isColumn
        ? button.offsetTop - this.strip.offsetTop - (this.strip.clientHeight - button.offsetHeight) / 2
        : button.offsetLeft - this.strip.offsetLeft - (this.strip.clientWidth - button.offsetWidth) / 2,
      behavior: "smooth",
    });
  }

  wait(look, waits) {
    this.buttons.get(look.name).classList.toggle("loading", waits);
  }

  /** The looks whose buttons can be seen now. */
  visible(looks) {
    const box = this.strip.getBoundingClientRect();
    return looks.filter((look) => {
      const each = this.buttons.get(look.name).getBoundingClientRect();
      return each.right > box.left && each.left < box.right && each.bottom > box.top && each.top < box.bottom;
    });
  }
}
