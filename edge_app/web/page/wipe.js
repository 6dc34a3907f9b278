// The line between photo and cartoon: moved by finger, mouse or keys. `wanted` is told the photo's share of the width.

export class Wipe {
  constructor(stage, handle, wanted) {
    Object.assign(this, { stage, handle, wanted, timer: null });
    handle.onpointerdown = (event) => this.grab(event);
    handle.onpointerup = handle.onpointercancel = () => (handle.onpointermove = null);
    handle.onkeydown = (event) => this.press(event);
  }

  get share() {
    return Number(this.stage.style.getPropertyValue("--wipe")) || 0;
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
    this.timer = setTimeout(() => this.stage.classList.remove("wiping"), 1500);
    this.wanted(share);
  }

  grab({ pointerId, clientX }) {
    this.handle.setPointerCapture(pointerId);
    const at = (x) => (x - this.stage.getBoundingClientRect().left) / this.stage.clientWidth;
    const shift = at(clientX) - this.share;
    this.handle.onpointermove = (moved) => this.set(at(moved.clientX) - shift);
  }

  press(event) {
    const step = event.shiftKey ? 0.1 : 0.02;
    const by = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    this.set(this.share + by);
  }
}
