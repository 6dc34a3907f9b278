/** Buttons, fingers and keys. */
import { canRecord } from "../capture/recorder.js";
import { FRAMINGS } from "../drawing/sizes.js";
import { listenToFingers, listenToHandle, listenToShutter } from "./gestures.js";
import { announce, flash, say } from "./messages.js";
import { Shooting } from "./shooting.js";

const MOST_ZOOM = 6;
const SWITCH_SHARE = 0.28; // of the width that a swipe must cross
const SWITCH_SPEED = 0.9; // or widths a second
const SETTLE_MS = 180;

const element = (id) => document.getElementById(id);

export class Controls {
  /** @param {import("../app.js").App} app */
  constructor(app) {
    this.app = app;
    this.shooting = new Shooting(app);
    this.click("start", () => app.startCamera());
    this.click("try", () => element("file").click());
    this.click("gallery", () => this.shooting.openLast() || element("file").click());
    this.click("flip", () => this.flip());
    this.click("torch", () => this.toggleTorch());
    this.click("timer", () => this.toggle("timer", this.shooting.toggleTimer()));
    this.click("framing", () => this.nextFraming());
    this.click("compare", () => this.toggleCompare());
    this.click("more", () => this.openMenu());
    this.click("install", () => this.install());
    this.click("record", () => this.fromMenu(() => this.shooting.toggleRecording()));
    this.click("open-file", () => this.fromMenu(() => element("file").click()));
    this.click("make-grid", () => this.fromMenu(() => this.shooting.makeGrid()));
    this.click("make-page", () => this.fromMenu(() => this.shooting.startPage()));
    this.click("show-figures", () => this.toggle("show-figures", app.figures.toggle()));
    element("file").addEventListener("change", ({ target }) => {
      if (target.files[0]) app.openFile(target.files[0]);
      target.value = "";
    });
    element("strength").addEventListener("input", ({ target }) => {
      app.view.strength = target.value / 100;
      app.changed();
    });
    listenToFingers(app.stage, {
      swipe: (share) => this.swipe(share), swiped: (share, speed) => this.swiped(share, speed),
      zoom: (factor) => this.zoom(factor), doubleTap: () => app.mode === "camera" && this.flip(),
    });
    listenToShutter(element("shutter"), {
      tap: () => this.shooting.shoot(), hold: () => this.shooting.startRecording(), release: () => this.shooting.stopRecording(),
    });
    listenToHandle(element("handle"), () => app.canvas.getBoundingClientRect(), (share) => this.setWipe(share));
    addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("visibilitychange", () => this.visibility());
    for (const dialog of document.querySelectorAll("dialog")) {
      dialog.addEventListener("click", (event) => {
        if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
      });
    }
    addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.installing = event;
      element("install-row").hidden = false;
    });
  }

  click(id, act) {
    element(id).addEventListener("click", act);
  }

  toggle(id, on) {
    element(id).ariaPressed = String(on);
  }

  showMode() {
    const { app } = this;
    const isCamera = app.mode === "camera";
    element("torch").hidden = !(isCamera && app.camera.hasTorch);
    this.toggle("torch", false);
    const flip = element("flip");
    flip.ariaLabel = isCamera ? "Other camera" : "Back to the camera";
    flip.querySelector("use").setAttribute("href", isCamera ? "#i-flip" : "#i-close");
    this.setWipe(0);
    if (isCamera) app.camera.hasOther().then((has) => { flip.disabled = !has; });
    else flip.disabled = false;
  }

  async flip() {
    const { app } = this;
    if (app.mode !== "camera") return app.startCamera();
    if (element("flip").disabled) return undefined;
    return app.startCamera(app.camera.facing === "user" ? "environment" : "user");
  }

  async toggleTorch() {
    const on = element("torch").ariaPressed !== "true";
    try {
      await this.app.camera.setTorch(on);
      this.toggle("torch", on);
    } catch {
      say("The torch can't be switched on now.");
    }
  }

  nextFraming() {
    const names = Object.keys(FRAMINGS);
    const name = names[(names.indexOf(this.app.view.framing) + 1) % names.length];
    this.app.view.framing = name;
    const button = element("framing");
    button.ariaLabel = `Framing: ${name}`;
    button.querySelector("span").textContent = name === "full" ? "" : name;
    announce(`Framing ${name}`);
    this.app.changed();
  }

  // Photo and cartoon at both sides of a line

  toggleCompare() {
    this.setWipe(this.app.view.wipe > 0 ? 0 : 0.5);
  }

  setWipe(share) {
    this.app.view.wipe = share;
    this.toggle("compare", share > 0);
    const handle = element("handle");
    handle.hidden = share === 0;
    handle.ariaValueNow = String(Math.round(share * 100));
    this.placeHandle();
    this.app.dirty = true;
  }

  placeHandle() {
    const { left, width, top, height } = this.app.canvas?.getBoundingClientRect() ?? {};
    if (!width) return;
    const handle = element("handle");
    handle.style.left = `${left + width * this.app.view.wipe}px`;
    handle.style.top = `${top + height / 2}px`;
  }

  toggleStrength() {
    element("strength-row").hidden = !element("strength-row").hidden;
  }

  // Fingers

  swipe(share) {
    const { app } = this;
    const other = app.catalogue.next(this.from ?? app.view.look, share < 0 ? 1 : -1);
    if (this.coming !== other) {
      this.coming = other;
      this.comingReady = false;
      app.strip.wait(other, true);
      app.painter.prepare(other, app.sizes).then(
        () => { this.comingReady = this.coming === other || this.comingReady; },
        (error) => say(error.message),
      ).finally(() => app.strip.wait(other, false));
    }
    if (!this.comingReady) return;
    this.from ??= app.view.look;
    if (share < 0) Object.assign(app.view, { look: this.from, other, split: 1 + share });
    else Object.assign(app.view, { look: other, other: this.from, split: share });
    app.dirty = true;
  }

  swiped(share, speed) {
    const { app } = this;
    const [from, coming, ready] = [this.from ?? app.view.look, this.coming, this.comingReady];
    const goes = coming && (Math.abs(share) > SWITCH_SHARE || (Math.abs(speed) > SWITCH_SPEED && speed * share > 0));
    [this.coming, this.from, this.comingReady] = [null, null, false];
    if (!ready) {
      if (goes) app.choose(coming);
      return;
    }
    const isLeft = share < 0;
    const [begin, end] = [app.view.split, isLeft === goes ? 0 : 1];
    const began = performance.now();
    const settle = (now) => {
      const part = Math.min(1, (now - began) / SETTLE_MS);
      app.view.split = begin + (end - begin) * (1 - (1 - part) ** 2);
      app.dirty = true;
      if (part < 1) requestAnimationFrame(settle);
      else {
        app.view.look = from;
        app.setLook(goes ? coming : from);
      }
    };
    requestAnimationFrame(settle);
  }

  zoom(factor) {
    const { view } = this.app;
    view.zoom = Math.min(MOST_ZOOM, Math.max(1, view.zoom * factor));
    flash("zoom-label", `${view.zoom.toFixed(1)}x`);
    this.app.dirty = true;
  }

  // Keys

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches?.("input")) return;
    const { app } = this;
    const act = {
      ArrowRight: () => app.choose(app.catalogue.next(app.view.look, 1)),
      ArrowLeft: () => app.choose(app.catalogue.next(app.view.look, -1)),
      " ": () => this.shooting.shoot(),
      r: () => this.shooting.toggleRecording(),
      f: () => this.flip(),
      c: () => this.toggleCompare(),
      t: () => this.toggle("timer", this.shooting.toggleTimer()),
      g: () => this.shooting.makeGrid(),
      "+": () => this.zoom(1.25),
      "-": () => this.zoom(0.8),
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || (event.key === " " && event.target.matches?.("button"))) return;
    event.preventDefault();
    act();
  }

  // Menu, installation, the device

  openMenu() {
    element("engine-line").textContent = this.app.engine.label;
    element("record").disabled = !canRecord();
    element("menu").showModal();
  }

  fromMenu(act) {
    element("menu").close();
    act();
  }

  async install() {
    await this.installing?.prompt();
    element("install-row").hidden = true;
  }

  /** Keep the screen on while the camera runs. */
  async keepAwake() {
    try {
      this.lock = await navigator.wakeLock?.request("screen");
    } catch {
      // A low battery refuses; the camera runs all the same.
    }
  }

  /** A camera that is left open while the page is hidden stays dead on iPhones. */
  async visibility() {
    const { app } = this;
    if (app.mode !== "camera") return;
    if (document.hidden) {
      await this.shooting.stopRecording();
      app.camera.close();
    } else {
      await app.startCamera();
    }
  }
}
