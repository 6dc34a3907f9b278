/** Taking pictures and clips, and what is made of them. */
import { canShare, save, share, toCanvas, toFile } from "../capture/files.js";
import { canRecord, openMicrophone, Recorder } from "../capture/recorder.js";
import { announce, say, title } from "./messages.js";

const TIMER_SECONDS = 3;
const element = (id) => document.getElementById(id);
const wait = (seconds) => new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });

export class Shooting {
  /** @param {import("../app.js").App} app */
  constructor(app) {
    this.app = app;
    this.timer = false;
    this.busy = false;
    /** @type {Recorder | null} */
    this.recorder = null;
    /** The last picture or clip. @type {{file: File, photo: HTMLCanvasElement | null, drawn: HTMLCanvasElement | null} | null} */
    this.last = null;
    element("review-close").addEventListener("click", () => element("review").close());
    element("review-save").addEventListener("click", () => this.keep());
    element("review-share").addEventListener("click", () => this.send());
    element("review-clip").addEventListener("click", () => this.makeClip());
    element("review").addEventListener("close", () => this.closeReview());
  }

  toggleTimer() {
    this.timer = !this.timer;
    announce(this.timer ? "Timer of 3 seconds" : "No timer");
    return this.timer;
  }

  /** The shutter was tapped. */
  async shoot() {
    if (this.recorder) return this.stopRecording();
    if (this.busy) return undefined;
    if (this.app.mode === "welcome") return this.app.startCamera();
    if (this.app.mode === "clip") return this.recordClip();
    return this.once(async () => {
      if (this.timer && this.app.mode === "camera") await this.countDown();
      const { drawn, photo } = await this.expose();
      if (this.page) {
        await this.page.add(toCanvas(drawn));
        return;
      }
      const canvas = toCanvas(drawn);
      this.review({ file: await toFile(canvas), drawn: canvas, photo: toCanvas(photo) });
    });
  }

  /** Do one thing at a time; an error becomes one line. */
  async once(job) {
    if (this.busy) return;
    this.busy = true;
    document.body.classList.add("busy");
    try {
      await job();
    } catch (error) {
      console.warn(error);
      say(`That did not work: ${error.message}`);
    } finally {
      this.busy = false;
      document.body.classList.remove("busy");
    }
  }

  async expose() {
    document.body.classList.add("flash");
    navigator.vibrate?.(12);
    setTimeout(() => document.body.classList.remove("flash"), 300);
    return this.app.takeStill();
  }

  async countDown() {
    const count = element("countdown");
    count.hidden = false;
    for (let left = TIMER_SECONDS; left > 0; left -= 1) {
      count.textContent = String(left);
      count.classList.remove("beat");
      void count.offsetWidth; // so that the animation starts again
      count.classList.add("beat");
      await wait(1);
    }
    count.hidden = true;
  }

  // Clips

  async startRecording() {
    if (this.recorder || this.busy || !this.app.isLive) return;
    if (!canRecord()) {
      say("This browser can't record. Take a picture instead.");
      return;
    }
    this.busy = true;
    const sound = this.app.mode === "camera" ? await openMicrophone() : null;
    this.busy = false;
    this.recorder = new Recorder(this.app.canvas, sound);
    document.body.classList.add("recording");
    announce("Recording");
    const box = element("recording");
    box.hidden = false;
    this.clock = setInterval(() => {
      const seconds = Math.floor(this.recorder?.seconds ?? 0);
      box.querySelector("span").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }, 250);
    if (this.stopAtOnce) await this.stopRecording(); // the finger was lifted while the microphone was asked for
  }

  async stopRecording() {
    this.stopAtOnce = this.busy && !this.recorder;
    if (!this.recorder) return;
    this.stopAtOnce = false;
    const recorder = this.recorder;
    this.recorder = null;
    clearInterval(this.clock);
    const file = await recorder.stop();
    document.body.classList.remove("recording");
    element("recording").hidden = true;
    element("recording").querySelector("span").textContent = "0:00";
    if (!file.size) {
      say("The clip was too short.");
      return;
    }
    this.review({ file, photo: null, drawn: null });
  }

  toggleRecording() {
    return this.recorder ? this.stopRecording() : this.startRecording();
  }

  /** A clip from the gallery, drawn from its start to its end. */
  async recordClip() {
    const video = this.app.source.image;
    video.loop = false;
    video.currentTime = 0;
    const ended = new Promise((resolve) => { video.addEventListener("ended", resolve, { once: true }); });
    await video.play();
    await this.startRecording();
    await ended;
    video.loop = true;
    await video.play();
    await this.stopRecording();
  }

  // What was made

  review(made) {
    this.last = made;
    const box = element("review").querySelector(".shown");
    const isClip = made.file.type.startsWith("video/");
    const address = URL.createObjectURL(made.file);
    const shown = document.createElement(isClip ? "video" : "img");
    shown.src = address;
    if (isClip) Object.assign(shown, { controls: true, loop: true, playsInline: true, autoplay: true, muted: true });
    else shown.alt = `Your picture: ${title(this.app.view.look.name)}`;
    this.address = address;
    box.replaceChildren(shown);
    element("review-clip").hidden = !made.photo || !canRecord();
    const shares = canShare(made.file);
    element("review-share").hidden = !shares;
    element("review-save").className = shares ? "quiet" : "primary";
    if (!element("review").open) element("review").showModal();
    this.showLast(isClip ? null : made.drawn);
    announce(isClip ? "Clip recorded" : "Picture taken");
  }

  /** The last picture on the gallery's button. */
  showLast(drawn) {
    if (!drawn) return;
    const small = document.createElement("canvas");
    [small.width, small.height] = [108, 108];
    const side = Math.min(drawn.width, drawn.height);
    small.getContext("2d").drawImage(
      drawn, (drawn.width - side) / 2, (drawn.height - side) / 2, side, side, 0, 0, 108, 108,
    );
    const image = new Image();
    image.alt = "";
    image.src = small.toDataURL("image/jpeg", 0.8);
    const gallery = element("gallery");
    gallery.querySelector("img")?.remove();
    gallery.append(image);
    gallery.ariaLabel = "The last picture";
  }

  closeReview() {
    element("review").querySelector(".shown").replaceChildren();
    URL.revokeObjectURL(this.address);
  }

  /** Show the last picture again. @returns {boolean} whether there is one */
  openLast() {
    if (this.last) this.review(this.last);
    return this.last !== null;
  }

  keep() {
    save(this.last.file);
    say("Saved");
  }

  async send() {
    if ((await share(this.last.file)) === "saved") say("Saved");
  }

  makeClip() {
    const { photo, drawn } = this.last;
    return this.once(async () => {
      const { beforeAndAfter } = await import("../extras/before_after.js");
      say("Making a clip of 3 seconds", 3);
      this.review({ file: await beforeAndAfter(photo, drawn), photo: null, drawn: null });
    });
  }

  makeGrid() {
    return this.once(async () => {
      const { makeGrid } = await import("../extras/grid.js");
      const canvas = await makeGrid(this.app, (done, all) => say(`Drawing ${done} of ${all} looks`, 2));
      this.review({ file: await toFile(canvas), drawn: canvas, photo: null });
    });
  }

  async startPage() {
    const { ComicPage } = await import("../extras/comic_page.js");
    this.page = new ComicPage((made) => {
      this.page = null;
      if (made) toFile(made).then((file) => this.review({ file, drawn: made, photo: null }));
    });
  }
}
