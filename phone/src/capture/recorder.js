/** Records the canvas, with sound if the microphone is allowed: MP4 where the browser can, else WebM. */

const TYPES = [
  "video/mp4;codecs=avc1.42E01E,mp4a.40.2", "video/mp4;codecs=avc1.42E01E", "video/mp4",
  "video/webm;codecs=vp9,opus", "video/webm;codecs=vp8,opus", "video/webm",
];
const FRAMES_PER_SECOND = 30;
const BITS_PER_PIXEL_FRAME = 0.14;

/** @returns {string} the first type that this browser can record; "" lets it choose */
export function recordingType() {
  return TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
}

/** Whether this browser can record a canvas. */
export const canRecord = () =>
  "MediaRecorder" in globalThis && "captureStream" in HTMLCanvasElement.prototype;

export class Recorder {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {MediaStreamTrack | null} [sound]
   */
  constructor(canvas, sound = null) {
    this.stream = canvas.captureStream(FRAMES_PER_SECOND);
    if (sound) this.stream.addTrack(sound);
    const bits = canvas.width * canvas.height * FRAMES_PER_SECOND * BITS_PER_PIXEL_FRAME;
    this.recorder = new MediaRecorder(this.stream, {
      mimeType: recordingType(), videoBitsPerSecond: Math.min(16e6, Math.max(2e6, bits)),
    });
    this.chunks = [];
    this.recorder.addEventListener("dataavailable", ({ data }) => { if (data.size) this.chunks.push(data); });
    this.started = performance.now();
    this.recorder.start(1000);
  }

  get seconds() {
    return (performance.now() - this.started) / 1000;
  }

  /** @returns {Promise<File>} */
  async stop() {
    if (this.recorder.state !== "inactive") {
      const stopped = new Promise((resolve) => { this.recorder.addEventListener("stop", resolve, { once: true }); });
      this.recorder.stop();
      await stopped;
    }
    for (const track of this.stream.getTracks()) track.stop();
    const type = (this.recorder.mimeType || "video/webm").split(";")[0];
    return new File(this.chunks, fileName(type === "video/mp4" ? "mp4" : "webm"), { type });
  }
}

/** The microphone, or null if it is not allowed: a clip without sound is better than none. */
export async function openMicrophone() {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    return stream.getAudioTracks()[0];
  } catch {
    return null;
  }
}

/** A name with the time: celcam-2026-05-01-120000.jpg. @param {string} suffix */
export function fileName(suffix) {
  const now = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString();
  return `celcam-${now.slice(0, 10)}-${now.slice(11, 19).replaceAll(":", "")}.${suffix}`;
}
