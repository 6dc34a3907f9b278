/** Fingers on the picture: a swipe changes the look, two fingers zoom, a double tap changes the camera. */

const START = 12; // pixels until a movement is a swipe
const DOUBLE_TAP_MS = 280;

/**
 * @param {HTMLElement} stage
 * @param {{swipe: (share: number) => void, swiped: (share: number, speed: number) => void, zoom: (factor: number) => void,
 *   doubleTap: () => void}} actions shares are of the stage's width, to the right positive; speed is in shares a second
 */
export function listenToFingers(stage, actions) {
  /** @type {Map<number, {x: number, y: number}>} */
  const fingers = new Map();
  let [start, swiping, apart, lastTap] = [null, false, 0, 0];

  const distance = () => {
    const [a, b] = [...fingers.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };
  stage.addEventListener("pointerdown", (event) => {
    if (event.target.closest("button")) return;
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size === 2) {
      apart = distance();
      if (swiping) actions.swiped(0, 0);
      [swiping, start] = [false, null];
    } else {
      start = { x: event.clientX, y: event.clientY, at: event.timeStamp };
    }
  });
  stage.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size === 2) {
      const now = distance();
      actions.zoom(now / apart);
      apart = now;
    } else if (start) {
      const [x, y] = [event.clientX - start.x, event.clientY - start.y];
      if (!swiping && Math.abs(x) > START && Math.abs(x) > Math.abs(y)) swiping = true;
      if (swiping) actions.swipe(x / stage.clientWidth);
    }
  });
  const end = (event) => {
    if (!fingers.delete(event.pointerId) || !start) return;
    const share = (event.clientX - start.x) / stage.clientWidth;
    if (swiping) {
      actions.swiped(share, (share / Math.max(1, event.timeStamp - start.at)) * 1000);
    } else if (event.type === "pointerup" && Math.hypot(event.clientX - start.x, event.clientY - start.y) < START) {
      if (event.timeStamp - lastTap < DOUBLE_TAP_MS) actions.doubleTap();
      lastTap = event.timeStamp;
    }
    [swiping, start] = [false, null];
  };
  stage.addEventListener("pointerup", end);
  stage.addEventListener("pointercancel", end);
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    actions.zoom(Math.exp(-event.deltaY / 400));
  }, { passive: false });
}

/**
 * The shutter: a tap takes a picture, holding records.
 * @param {HTMLElement} button
 * @param {{tap: () => void, hold: () => void, release: () => void}} actions
 */
export function listenToShutter(button, { tap, hold, release }) {
  const HOLD_MS = 380;
  let [waiting, held] = [0, false];
  button.addEventListener("pointerdown", (event) => {
    button.setPointerCapture(event.pointerId);
    held = false;
    waiting = setTimeout(() => {
      [waiting, held] = [0, true];
      hold();
    }, HOLD_MS);
  });
  const up = () => {
    clearTimeout(waiting);
    waiting = 0;
    if (held) release();
  };
  button.addEventListener("pointerup", up);
  button.addEventListener("pointercancel", up);
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    if (!held) tap(); // also by keyboard and screen reader
    held = false;
  });
}

/**
 * The handle between photo and cartoon.
 * @param {HTMLElement} handle
 * @param {() => DOMRect} picture where the picture is on the page
 * @param {(share: number) => void} move
 */
export function listenToHandle(handle, picture, move) {
  const at = (share) => move(Math.min(0.99, Math.max(0.01, share)));
  handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const { left, width } = picture();
    at((event.clientX - left) / width);
  });
  handle.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -0.05, ArrowRight: 0.05 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    at(Number(handle.ariaValueNow) / 100 + by);
  });
}
