/** The device's camera: open, change, torch; closed while the page is hidden. */

/** The camera can't be opened; the message says what to do. */
export class CameraError extends Error {}

const REASONS = {
  NotAllowedError: "The camera is not allowed. Allow it in the browser's settings for this page, then try again.",
  NotFoundError: "This device has no camera. Use a photo or clip instead.",
  NotReadableError: "Another app uses the camera. Close it, then try again.",
  OverconstrainedError: "This camera can't give such pictures. Use a photo or clip instead.",
};

export class Camera {
  constructor() {
    this.video = document.createElement("video");
    Object.assign(this.video, { playsInline: true, muted: true, autoplay: true });
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {"environment" | "user"} */
    this.facing = "environment";
  }

  get isOpen() {
    return this.stream !== null;
  }

  get track() {
    return this.stream?.getVideoTracks()[0] ?? null;
  }

  /** Open the camera that looks forward or back. @param {"environment" | "user"} [facing] */
  async open(facing = this.facing) {
    this.close();
    this.facing = facing;
    if (!navigator.mediaDevices) throw new CameraError("A camera needs a secure page: open it with https.");
    const video = { facingMode: facing, width: { ideal: 1920 }, height: { ideal: 1080 }, frameRate: { ideal: 30, max: 30 } };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    } catch (error) {
      throw new CameraError(REASONS[error.name] ?? `The camera can't be opened: ${error.message}`);
    }
    this.video.srcObject = this.stream;
    await this.video.play();
    if (!this.video.videoWidth) {
      await new Promise((resolve) => { this.video.addEventListener("loadeddata", resolve, { once: true }); });
    }
  }

  close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  /** Whether pictures are shown as in a mirror. */
  get mirrored() {
    return (this.track?.getSettings().facingMode ?? this.facing) === "user";
  }

  /** Whether there is a second camera. */
  async hasOther() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((device) => device.kind === "videoinput").length > 1;
  }

  get hasTorch() {
    return Boolean(this.track?.getCapabilities?.().torch);
  }

  /** @param {boolean} on */
  async setTorch(on) {
    await this.track?.applyConstraints({ advanced: [/** @type {any} */ ({ torch: on })] });
  }

  /** A picture at the sensor's full size if the browser can take one, else the present frame. */
  async takePhoto() {
    const Capture = /** @type {any} */ (globalThis).ImageCapture;
    if (Capture && this.track && Capture.prototype.takePhoto) {
      try {
        return await createImageBitmap(await new Capture(this.track).takePhoto());
      } catch {
        // Some cameras promise photos and then refuse: the frame serves.
      }
    }
    return createImageBitmap(this.video);
  }

  /** @returns {import("../drawing/painter.js").Source} */
  source() {
    return { image: this.video, width: this.video.videoWidth, height: this.video.videoHeight, mirrored: this.mirrored };
  }
}
