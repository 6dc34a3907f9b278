// Curves of a few figures over the last two minutes.

const LONGEST = 120, SHORTEST = 30;
const stage = (name) => (state) => state.stats.stages_ms[name]?.median ?? null;
const vital = (name) => (state) => state.vitals[name] ?? null;
const GRAPHS = [
  { title: "Frames per second", lines: [[(state) => state.stats.fps, "", "--accent"]] },
  { title: "Milliseconds", lines: [
    [stage("stylize"), "drawing", "--accent"], [stage("finish"), "finish", "--red"],
    [stage("encode web"), "JPEG", "--ink"], [stage("captured to shown"), "latency", "--faint"],
  ] },
  { title: "Temperature", unit: " °C", lines: [[vital("temperature_c"), "", "--red"]], floor: 30, least: 20 },
  { title: "Memory", unit: " MB", lines: [[vital("memory_mb"), "", "--faint"]] },
];

function make(kind, parent, words = "") {
  const element = document.createElement(kind);
  element.textContent = words;
  parent.append(element);
  return element;
}

export class Graphs {
  constructor(place) {
    this.graphs = GRAPHS.map((graph) => {
      const box = make("div", place);
      box.className = "graph";
      const head = make("p", box, graph.title), canvas = make("canvas", box);
      canvas.setAttribute("role", "img");
      const key = graph.lines.length > 1 ? make("p", box) : null;
      if (key) key.className = "key";
      const series = graph.lines.map(([read, about, colour]) => {
        const words = make("span", key || head);
        if (key) make("i", words).style.background = `var(${colour})`;
        if (key) words.append(`${about} `);
        return { read, colour, now: make("b", words), values: [] };
      });
      return { unit: "", ...graph, box, canvas, series };
    });
  }

  add(state) {
    for (const { title, unit, box, canvas, series } of this.graphs) {
      for (const one of series) {
        const value = one.read(state);
        one.values.push(value);
        if (one.values.length > LONGEST) one.values.shift();
        one.now.textContent = value === null ? "–" : value.toFixed(value < 9.95 ? 1 : 0) + unit;
      }
      box.hidden = series.every((one) => one.values.every((value) => value === null));
      canvas.setAttribute("aria-label", `${title}: ${series.map((one) => one.now.textContent).join(", ")}`);
    }
  }

  draw() {
    for (const graph of this.graphs) if (!graph.box.hidden) drawGraph(graph);
  }
}

function drawGraph({ canvas, series, floor = 0, least = 1 }) {
  const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width) return;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
  context.scale(ratio, ratio);
  const most = Math.max(floor + least, ...series.flatMap((one) => one.values));
  const step = width / (Math.max(SHORTEST, series[0].values.length) - 1);
  context.lineWidth = 2;
  context.lineJoin = "round";
  for (const { values, colour } of series) {
    context.strokeStyle = context.fillStyle = style.getPropertyValue(colour);
    context.beginPath();
    let first = null, x = 0;
    values.forEach((value, at) => {
      if (value === null) return;
      x = width - (values.length - 1 - at) * step;
      const y = height - 3 - ((Math.max(value, floor) - floor) / (most - floor)) * (height - 9);
      if (first === null) context.moveTo((first = x), y);
      else context.lineTo(x, y);
    });
    if (first === null) continue;
    context.stroke();
    if (series.length > 1) continue;
    context.lineTo(x, height);
    context.lineTo(first, height);
    context.globalAlpha = 0.16;
    context.fill();
    context.globalAlpha = 1;
  }
}
