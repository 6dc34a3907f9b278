/** The page's state, and the loop that draws: one frame at a time, from a camera, a clip or a photo. */
import { Camera } from "./capture/camera.js";
import { takeShared } from "./capture/files.js";
import { Governor } from "./drawing/governor.js";
import { aspectOf, fullSize, networkSize, stillSize } from "./drawing/sizes.js";
import { Controls } from "./ui/controls.js";
import { Figures } from "./ui/figures.js";
import { LookStrip } from "./ui/looks.js";
import { announce, flash, say, title } from "./ui/messages.js";

const MINIATURE_EVERY = 4; // frames
const TIMES_KEPT = 240;
const NO_FRAME_MS = 250;
const FACE = 0.3; // where the face of the first photo is, as a share of its height

/** @typedef {"welcome" | "camera" | "photo" | "clip"} Mode */

export class App {
  /**
   * @param {import("./catalogue.js").Catalogue} catalogue
   * @param {ImageBitmap} photo of the first screen
   * @param {(engine: string | null) => ReturnType<typeof import("./drawing/start.js").startEngine>} openEngine
   * @param {URLSearchParams} asked the page's own parameters: look, engine, bench
   */
  constructor(catalogue, photo, openEngine, asked) {
    this.catalogue = catalogue;
    this.openEngine = openEngine;
    this.asked = asked;
    this.camera = new Camera();
    /** @type {Mode} */
    this.mode = "welcome";
    /** @type {import("./drawing/painter.js").Source} */
    this.source = { image: photo, width: photo.width, height: photo.height, mirrored: false, focus: FACE };
    this.view = {
      look: catalogue.find(asked.get("look")), other: null, split: 1, strength: 1, wipe: 0, zoom: 1, framing: "full",
    };
    this.dirty = true;
    this.frames = 0;
    /** Milliseconds of each of the last frames. @type {number[]} */
    this.times = [];
    /** Whoever draws waits for this first. */
    this.turn = Promise.resolve();
    this.stage = document.getElementById("stage");
    this.strip = new LookStrip(catalogue, (look, again) => (again ? this.controls.toggleStrength() : this.choose(look)));
    this.figures = new Figures(this);
    this.controls = new Controls(this);
  }

  /** Open the engine and draw the first picture. @param {HTMLCanvasElement} canvas */
  async begin(canvas) {
    this.canvas = canvas;
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.lost = true;
    });
    canvas.addEventListener("webglcontextrestored", () => this.reopen());
    new ResizeObserver(() => {
      this.changed();
      this.strip.mark(this.view.look); // the strip may have become a column
    }).observe(this.stage);
    await this.reopen();
    this.loop();
    await new Promise((resolve) => { this.onFirst = resolve; });
    document.body.classList.add("ready");
    this.strip.showFaces(this.catalogue.looks);
    this.strip.mark(this.view.look);
    const permission = await navigator.permissions?.query({ name: /** @type {any} */ ("camera") }).catch(() => null);
    if (permission?.state === "granted" && !this.asked.has("bench")) await this.startCamera();
  }

  /** Make the engine, also after the GPU has forgotten everything. */
  async reopen() {
    if (this.engine?.name === "cpu") this.engine.close(); // its worker would live on
    const { painter, engine, note } = await this.openEngine(this.asked.get("engine"));
    [this.painter, this.engine] = [painter, engine];
    this.governor = new Governor(engine.name);
    this.lost = false;
    this.changed();
    if (note) say(note, 8);
  }

  // What is drawn

  /** Width over height of what is shown. A photo or clip is shown whole, unless a framing is chosen. */
  get aspect() {
    const { width, height } = this.source;
    const isWhole = this.mode === "photo" || this.mode === "clip";
    return aspectOf(this.view.framing, isWhole ? [width, height] : [this.stage.clientWidth, this.stage.clientHeight]);
  }

  /** Whether the picture fills the screen, with the controls over it. */
  get fillsScreen() {
    return this.view.framing === "full" && (this.mode === "camera" || this.mode === "welcome");
  }

  get sizes() {
    const full = fullSize(this.aspect, this.governor.fullSide);
    return { full, network: networkSize(full, this.governor.networkSide) };
  }

  /** Something else is to be drawn. */
  changed() {
    this.dirty = true;
    this.fit();
  }

  /** Lay the canvas out: it fills the screen, or the space between the controls. */
  fit() {
    if (!this.canvas) return;
    const [width, height] = [this.stage.clientWidth, this.stage.clientHeight];
    const isFull = this.fillsScreen;
    document.body.dataset.framing = isFull ? "full" : "part";
    const isWide = width > height;
    const space = isFull ? [width, height] : isWide ? [width - 330, height - 24] : [width - 24, height - 340];
    const [w, h] = [Math.min(space[0], space[1] * this.aspect), Math.min(space[1], space[0] / this.aspect)];
    const style = this.canvas.style;
    style.width = `${isFull ? Math.max(w, width) : w}px`;
    style.height = `${isFull ? Math.max(h, height) : h}px`;
    style.translate = isFull ? "none" : isWide ? "-60px 0" : "0 -106px";
    this.controls?.placeHandle();
  }

  /** @returns {import("./drawing/painter.js").View} */
  get painted() {
    return { ...this.view, aspect: this.aspect };
  }

  // Looks

  /** @param {import("./catalogue.js").Look} look */
  async choose(look) {
    this.wanted = look;
    this.strip.mark(look);
    this.strip.wait(look, true);
    try {
      await this.painter.prepare(look, this.sizes);
      if (this.wanted !== look) return;
      this.setLook(look);
    } catch (error) {
      say(error.message);
      if (this.wanted === look) this.strip.mark(this.view.look);
    } finally {
      this.strip.wait(look, false);
    }
  }

  setLook(look) {
    if (this.view.look !== look) flash("look-label", title(look.name));
    Object.assign(this.view, { look, other: null, split: 1 });
    this.strip.mark(look);
    this.governor.forget();
    this.changed();
    announce(`${title(look.name)}: ${look.about}`);
    const address = new URL(location.href);
    address.searchParams.set("look", look.name);
    history.replaceState(null, "", address);
  }

  // Sources

  /** @param {Mode} mode @param {import("./drawing/painter.js").Source} source */
  setSource(mode, source) {
    this.mode = mode;
    this.source = source;
    this.view.zoom = 1;
    document.body.dataset.mode = mode;
    if (mode !== "camera") this.strip.dropMiniatures();
    this.governor.forget();
    this.controls.showMode();
    this.changed();
  }

  /** @param {"environment" | "user"} [facing] */
  async startCamera(facing) {
    try {
      await this.camera.open(facing);
      this.setSource("camera", this.camera.source());
      await this.controls.keepAwake();
    } catch (error) {
      say(error.message, 6);
    }
  }

  /** A photo or clip from the gallery or from another app. @param {Blob} file */
  async openFile(file) {
    this.camera.close();
    try {
      if (file.type.startsWith("video/")) {
        const video = Object.assign(document.createElement("video"), { playsInline: true, muted: true, loop: true });
        video.src = URL.createObjectURL(file);
        await video.play();
        this.setSource("clip", { image: video, width: video.videoWidth, height: video.videoHeight, mirrored: false });
      } else {
        const image = await createImageBitmap(file);
        this.setSource("photo", { image, width: image.width, height: image.height, mirrored: false });
      }
    } catch {
      say("This file can't be read. Choose a photo or a clip that this device can show.");
    }
  }

  async openShared() {
    const file = await takeShared();
    if (file) await this.openFile(file);
  }

  // The loop

  /** Run `job` when nobody else draws. @template T @param {() => Promise<T>} job @returns {Promise<T>} */
  alone(job) {
    const done = this.turn.then(job);
    this.turn = done.then(() => {}, () => {});
    return done;
  }

  get isLive() {
    return this.mode === "camera" || this.mode === "clip";
  }

  loop() {
    const next = () => this.nextFrame().then(() => this.loop());
    if (this.lost || document.hidden || (!this.dirty && !this.isLive)) {
      requestAnimationFrame(() => this.loop());
      return;
    }
    this.alone(() => this.frame()).catch((error) => {
      if (this.lost) return;
      console.error(error);
      if (!this.frames) say(error.message, 30);
    }).finally(next);
  }

  /** Wait for the source's next frame, or a moment if it has none: a camera may be unplugged. */
  nextFrame() {
    const video = this.source.image;
    if (!this.isLive || !video.requestVideoFrameCallback) return new Promise((resolve) => { requestAnimationFrame(resolve); });
    return new Promise((resolve) => {
      video.requestVideoFrameCallback(resolve);
      setTimeout(resolve, NO_FRAME_MS);
    });
  }

  async frame() {
    if (this.mode === "camera") this.source = this.camera.source();
    if (!this.source.width) return;
    this.dirty = false;
    const began = performance.now();
    const [view, sizes] = [this.painted, this.sizes];
    await this.painter.paint(this.source, view, sizes);
    await this.painter.gpu.finished();
    const ms = performance.now() - began;
    this.frames += 1;
    this.times.push(ms);
    if (this.times.length > TIMES_KEPT) this.times.shift();
    this.onFirst?.();
    // A clip keeps its size, and a frame of two looks says nothing about one.
    const counts = this.isLive && !this.view.other && !this.controls.shooting.recorder;
    if (counts && this.governor.note(ms)) this.changed();
    this.figures.note(ms);
    if (this.mode === "camera" && this.frames % MINIATURE_EVERY === 0) await this.refreshMiniature();
  }

  /** Draw one look's live miniature: of those that can be seen and whose files are here. */
  async refreshMiniature() {
    if (this.engine.name !== "webgl2" || this.view.other) return;
    const looks = this.strip.visible(this.catalogue.looks).filter((look) => this.catalogue.isHere(look, 0));
    if (!looks.length) return;
    const look = looks[Math.floor(this.frames / MINIATURE_EVERY) % looks.length];
    const picture = await this.painter.miniature(look, this.source, this.painted);
    this.strip.showMiniature(look, picture);
  }

  /** A picture of the present moment at full size. @returns {Promise<{drawn: ImageData, photo: ImageData}>} */
  async takeStill() {
    const image = this.mode === "camera" ? await this.camera.takePhoto() : this.source.image;
    const [width, height] = this.mode === "camera" ? [image.width, image.height] : [this.source.width, this.source.height];
    const source = { image, width, height, mirrored: this.source.mirrored };
    const view = { ...this.painted, other: null, wipe: 0 };
    const size = stillSize(source, view.aspect, view.zoom);
    try {
      return await this.alone(() => this.painter.still(source, view, size));
    } finally {
      if (this.mode === "camera") image.close();
      this.governor.forget();
      this.changed();
    }
  }
}
