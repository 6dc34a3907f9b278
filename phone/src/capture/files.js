/** Pictures and clips as files: made, saved, shared, and received from other apps. */
import { fileName } from "./recorder.js";

const JPEG_QUALITY = 0.93;

/** @param {HTMLCanvasElement | OffscreenCanvas} canvas @returns {Promise<File>} a JPEG */
export async function toFile(canvas) {
  const blob = "convertToBlob" in canvas
    ? await canvas.convertToBlob({ type: "image/jpeg", quality: JPEG_QUALITY })
    : await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY); });
  return new File([blob], fileName("jpg"), { type: "image/jpeg" });
}

/** @param {ImageData} picture @returns {HTMLCanvasElement} */
export function toCanvas(picture) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}

/** Save a file as downloads are saved. @param {File} file */
export function save(file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Whether the share sheet takes this file. @param {File} file */
export const canShare = (file) => Boolean(navigator.canShare?.({ files: [file] }));

/**
 * Open the share sheet; save the file if there is none.
 * @param {File} file
 * @returns {Promise<"shared" | "saved" | "stopped">}
 */
export async function share(file) {
  if (!canShare(file)) {
    save(file);
    return "saved";
  }
  try {
    await navigator.share({ files: [file], title: "Celcam" });
    return "shared";
  } catch (error) {
    if (error.name === "AbortError") return "stopped";
    save(file);
    return "saved";
  }
}

/** The name of the place where the service worker keeps what another app has shared with this page. */
const SHARED = "shared-file";

/** What another app has shared with this page; null if nothing. @returns {Promise<Blob | null>} */
export async function takeShared() {
  const kept = await caches.open(SHARED);
  const response = await kept.match("file");
  if (!response) return null;
  const bytes = await response.arrayBuffer(); // a blob would lose its bytes with the entry
  await kept.delete("file");
  return new Blob([bytes], { type: response.headers.get("content-type") ?? "" });
}
