// The line between photo and cartoon. Calls `onMove` with the photo's share of the width; returns what shows a share.

export function makeWipe(stage, handle, onMove) {
  let timer;
  const share = () => Number(stage.style.getPropertyValue("--wipe")) || 0;
  const at = ({ clientX }) => (clientX - stage.getBoundingClientRect().left) / stage.clientWidth;

  function show(to) {
    const percent = Math.round(100 * to);
    stage.style.setProperty("--wipe", to);
    handle.setAttribute("aria-valuenow", percent);
    handle.setAttribute("aria-valuetext", to ? `${percent} % photo` : "all cartoon");
  }

  function move(to) {
    to = Math.round(1000 * Math.min(1, Math.max(0, to))) / 1000;
    show(to);
    stage.classList.add("wiping");
    clearTimeout(timer);
    timer = setTimeout(() => stage.classList.remove("wiping"), 1500);
    onMove(to);
  }

  handle.onpointerdown = (event) => {
    handle.setPointerCapture(event.pointerId);
    const shift = at(event) - share();
    handle.onpointermove = (moved) => move(at(moved) - shift);
  };
  handle.onpointerup = handle.onpointercancel = () => (handle.onpointermove = null);
  handle.onkeydown = (event) => {
    const step = event.shiftKey ? 0.1 : 0.02;
    const by = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    move(share() + by);
  };
  return show;
}
