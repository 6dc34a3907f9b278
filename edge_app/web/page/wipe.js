// The line between photo and cartoon: moved by finger, mouse or keys.

const SHOWN_MS = 1500;

export class Wipe {
  // `wanted` is told the share of the width, 0 to 1, that shall show the photo.
  constructor(stage, handle, wanted) {
    Object.assign(this, { stage, handle, wanted, timer: null });
    handle.onpointerdown = (event) => this.grab(event);
    handle.onpointerup = handle.onpointercancel = () => (handle.onpointermove = null);
    handle.onkeydown = (event) => this.press(event);
  }

  get share() {
    return Number(this.stage.style.getPropertyValue("--wipe")) || 0;
  }

  get isMoving() {
    return Boolean(this.handle.onpointermove);
  }

  show(share) {
    const percent = Math.round(100 * share);
    this.stage.style.setProperty("--wipe", share);
    this.handle.setAttribute("aria-valuenow", percent);
    this.handle.setAttribute("aria-valuetext", share ? `${percent} % photo` : "all cartoon");
  }

  set(share) {
    share = Math.round(1000 * Math.min(1, Math.max(0, share))) / 1000;
    this.show(share);
    this.stage.classList.add("wiping");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.stage.classList.remove("wiping"), SHOWN_MS);
    this.wanted(share);
  }

  grab(event) {
    this.handle.setPointerCapture(event.pointerId);
    const shift = event.clientX - this.stage.getBoundingClientRect().left - this.share * this.stage.clientWidth;
    this.handle.onpointermove = (moved) => {
      const box = this.stage.getBoundingClientRect();
      this.set((moved.clientX - box.left - shift) / box.width);
    };
  }

  press(event) {
    const step = event.shiftKey ? 0.1 : 0.02;
    const steps = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    this.set(this.share + steps[event.key]);
  }
}
