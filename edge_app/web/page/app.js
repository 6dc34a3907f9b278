// Reads /api/state once a second and sends changes to /api/view.

import { Graphs } from "./graph.js";
import { make, post, showFiles, toast } from "./gallery.js";
import { Live, startVideo } from "./live.js";
import { makeWipe } from "./wipe.js";

const $ = (id) => document.getElementById(id);
const SWITCHES = ["sharp", "calm", "auto_levels"];
const STATE_MS = 1000, PATIENCE_MS = 5000, STALE_S = 3, MESSAGES = 8, HOLD_MS = 700;
const stage = $("stage");
const graphs = new Graphs($("graphs"));
let state = null, seen = 0, failures = 0, polling = null, stopSmooth = null, linkGone = false;

// --- changes
// One request at a time; later changes go with the next one. The state does not overwrite a control in use.
let waiting = {}, sending = false;
const touched = {};

function change(changes) {
  Object.assign(waiting, changes);
  for (const name of Object.keys(changes)) touched[name] = performance.now();
  if (!sending) send();
}

async function send() {
  sending = true;
  while (Object.keys(waiting).length) {
    const now = waiting;
    waiting = {};
    const accepted = await post("/api/view", now);
    for (const name of Object.keys(now)) touched[name] = accepted ? performance.now() : 0;
    await new Promise((done) => setTimeout(done, 60));
  }
  sending = false;
  poll();
}

const free = (name) => !(name in waiting) && performance.now() - (touched[name] ?? -1e9) > HOLD_MS;

// --- picture
const live = new Live($("picture"), showLink, (width, height) => stage.parentElement.style.setProperty("--ratio", `${width} / ${height}`));
let until = 0, veilTimer = null;

function showLink(link, waitMs) {
  clearInterval(veilTimer);
  if (link === "live") {
    $("veil").hidden = true;
    return;
  }
  linkGone = link === "refused";
  until = performance.now() + waitMs;
  const words = () => {
    const left = Math.ceil((until - performance.now()) / 1000);
    if (link === "refused") return "This link has expired. Open the link that was printed when Celcam was started.";
    const trying = left > 1 ? `Retrying in ${left} s` : "Retrying…";
    return `${link === "full" ? "Too many viewers." : "Connection lost."} ${trying}`;
  };
  const update = () => ($("veil-text").textContent = words());
  update();
  if (link !== "refused") veilTimer = setInterval(update, 500);
  $("again").hidden = false;
  $("veil").hidden = false;
}

$("again").onclick = () => {
  linkGone = false;
  stopSmooth ? poll() : live.again();
  poll();
};
for (const event of ["online", "pageshow"]) addEventListener(event, () => document.hidden || live.abort || stopSmooth || live.again());

async function beSmooth(wanted) {
  stopSmooth?.();
  stopSmooth = null;
  if (wanted) {
    try {
      stopSmooth = await startVideo($("video"), () => beSmooth(false));
      $("video").onplaying = () => {
        if (!stopSmooth) return;
        $("video").hidden = false;
        live.stop();
        showLink("live");
      };
    } catch (error) {
      toast(`No smooth video: ${error.message}`);
    }
  }
  $("smooth").checked = Boolean(stopSmooth);
  if (!stopSmooth) {
    $("video").hidden = true;
    live.start();
  }
}
$("smooth").onchange = (event) => beSmooth(event.target.checked);

// A hidden page receives nothing.
function onVisibility() {
  clearTimeout(polling);
  if (document.hidden) {
    if (stopSmooth) beSmooth(false);
    live.stop();
  } else {
    live.again();
    poll();
  }
}
document.addEventListener("visibilitychange", onVisibility);

const showWipe = makeWipe(stage, $("wipe"), (wipe) => change({ wipe }));

// --- controls
$("strength").oninput = (event) => {
  $("strength-out").textContent = `${event.target.value} %`;
  change({ strength: event.target.value / 100 });
};
$("size").onchange = (event) => change({ size_wh: event.target.value.split("x").map(Number) });
for (const name of SWITCHES) $(name).onchange = (event) => change({ [name]: event.target.checked });
$("record").onclick = () => change({ recording: $("record").getAttribute("aria-pressed") !== "true" });
$("snapshot").onclick = async () => {
  stage.classList.remove("flash");
  requestAnimationFrame(() => stage.classList.add("flash"));
  if (await post("/api/snapshot")) poll();
};
stage.onanimationend = () => stage.classList.remove("flash");
$("gallery-link").onclick = () => {
  $("gallery").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  $("gallery").focus({ preventScroll: true });
};
$("full").onclick = async () => {
  if (document.fullscreenElement) return document.exitFullscreen();
  // An iPhone allows full screen for videos only: there, the picture fills the page.
  if (stage.classList.contains("filling") || !stage.requestFullscreen) fill(stage.classList.toggle("filling"));
  else await stage.requestFullscreen().catch(() => fill(stage.classList.toggle("filling")));
};
const fill = (filled) => $("full").setAttribute("aria-pressed", filled);
document.onfullscreenchange = () => fill(Boolean(document.fullscreenElement));
document.addEventListener("keydown", (event) => event.key === "Escape" && (stage.classList.remove("filling"), fill(false)));
$("runs").ontoggle = () => graphs.draw();

// --- state
async function poll() {
  clearTimeout(polling);
  try {
    const answer = await fetch(`/api/state?since=${seen}`, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status === 403) linkGone = true;
    if (!answer.ok) throw new Error(answer.status);
    const next = await answer.json();
    failures = 0;
    if (linkGone) live.again();
    linkGone = false;
    show(next);
  } catch (error) {
    failures += 1;
    $("rate").hidden = true;
    // A lost radio link closes no connection: two requests without an answer count as lost.
    if (linkGone || failures >= 2) {
      if (stopSmooth) beSmooth(false);
      if (live.abort) {
        live.stop();
        showLink(linkGone ? "refused" : "lost", 2000);
        if (!linkGone) live.timer = setTimeout(() => live.start(), 2000);
      }
    }
  }
  clearTimeout(polling);
  if (!document.hidden && !linkGone) polling = setTimeout(poll, STATE_MS * Math.min(1 + failures, 8));
}

function show(next) {
  const before = state;
  state = next;
  const { view, source } = next;
  $("source").textContent = source.name;
  document.title = view.recording ? "● Celcam" : "Celcam";
  $("rate").textContent = `${next.stats.fps.toFixed(next.stats.fps < 9.95 ? 1 : 0)} fps`;
  $("rate").hidden = source.is_still;
  const stale = source.is_live && next.age_s !== null && next.age_s > STALE_S;
  $("badge").hidden = !stale;
  if (stale) $("badge").textContent = `No new picture for ${Math.round(next.age_s)} s`;
  if (free("wipe") && !$("wipe").onpointermove) showWipe(view.wipe);
  if (free("strength")) {
    $("strength").value = Math.round(100 * view.strength);
    $("strength-out").textContent = `${$("strength").value} %`;
  }
  for (const name of SWITCHES) if (free(name)) $(name).checked = view[name];
  if (free("recording")) $("record").setAttribute("aria-pressed", view.recording);
  $("record").querySelector(".words").textContent = view.recording ? "Stop" : "Record";
  $("record").disabled = !next.can_record;
  $("record").style.visibility = next.can_record ? "" : "hidden";
  $("rec").hidden = !view.recording;
  $("smooth-row").hidden = !next.smooth;
  showSizes(next);
  showLooks(next);
  showNotices(next, before === null);
  $("count").textContent = next.files;
  if (before === null || before.files_tag !== next.files_tag || before.recording !== next.recording) showFiles();
  graphs.add(next);
  if ($("runs").open) graphs.draw();
  const { captured, dropped } = next.stats, { throttled } = next.vitals;
  const viewers = `${next.viewers} viewer${next.viewers === 1 ? "" : "s"}`;
  $("facts").textContent = [
    viewers, `${captured} frames captured, ${dropped} dropped`, throttled?.length ? `the processor is slowed down: ${throttled.join(", ")}` : "",
    `Celcam ${next.version}`,
  ].filter(Boolean).join(" · ");
  if (!stopSmooth && live.abort && before && next.frame > before.frame + 1 && performance.now() - live.lastMs > PATIENCE_MS) live.again();
}

function showSizes({ sizes, view }) {
  $("size-row").hidden = sizes.length < 2;
  const names = sizes.map((size) => size.join("x"));
  if ([...$("size").options].map((option) => option.value).join() !== names.join())
    $("size").replaceChildren(...names.map((name) => new Option(name.replace("x", " × "), name)));
  if (view.size_wh && free("size_wh")) $("size").value = view.size_wh.join("x");
}

const tiles = new Map();

function showLooks({ looks, thumbs, view }) {
  if ([...tiles.keys()].join() !== looks.join()) {
    tiles.clear();
    $("looks").querySelectorAll("label").forEach((tile) => tile.remove());
    for (const look of looks) {
      const tile = make("label", { className: "look" });
      const input = make("input", { type: "radio", name: "look", value: look, onchange: () => change({ look }) });
      const blank = make("span", { className: "blank", textContent: look[0], ariaHidden: "true" });
      tile.append(input, blank, make("span", { className: "name", textContent: look.replace(/^filter:/, "").replaceAll("-", " ") }));
      $("looks").append(tile);
      tiles.set(look, { tile, input, picture: blank, drawn: 0 });
    }
  }
  for (const [look, entry] of tiles) {
    if (free("look") && entry.input.checked !== (look === view.look)) {
      entry.input.checked = look === view.look;
      // Sideways only: scrollIntoView would move the page too.
      if (entry.input.checked) $("looks").scrollTo({ left: entry.tile.offsetLeft + entry.tile.offsetWidth / 2 - $("looks").clientWidth / 2 });
    }
    if (thumbs[look] > entry.drawn) {
      entry.drawn = thumbs[look];
      const image = new Image();
      image.alt = "";
      image.onload = () => {
        entry.picture.replaceWith(image);
        entry.picture = image;
      };
      image.src = `/thumbs/${encodeURIComponent(look)}.jpg?${entry.drawn}`;
    }
  }
}

function showNotices({ notices, time_s }, isFirst) {
  for (const { number, text, time_s: then_s } of notices) {
    seen = Math.max(seen, number);
    $("messages").prepend(make("li", { textContent: `${new Date(1000 * then_s).toLocaleTimeString()}  ${text}` }));
    if (!isFirst || time_s - then_s < 10) toast(text);
  }
  while ($("messages").children.length > MESSAGES) $("messages").lastChild.remove();
}

onVisibility();
