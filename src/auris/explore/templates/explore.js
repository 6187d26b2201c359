"use strict";
// The data of the page: names (N), columns, maps with x and y (N), neighbours by space (N, k),
// sounds (N), and the table of all recordings. Everything is text to the page, never markup.
const data = JSON.parse(document.getElementById("data").textContent);
const COUNT = data.names.length;
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a8f98"];
const RAMP = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
const SHAPES = ["●", "■", "▲", "◆"];
const MARGIN = 1.06; // of the square that holds all places
const NEAR = 14; // px within which a point is meant
const DRAG = 6; // px beyond which a press is no click

const element = id => document.getElementById(id);
const state = {
  column: data.columns[0],
  hidden: new Set(), // codes of the column
  chosen: -1,
  touched: -1,
  selected: new Set(), // places of clips
  undo: [],
};
const labels = data.columns.find(column => column.name === "label");
const given = [...data.table.rows.map(row => row[labelCell()])];

function labelCell() {
  return data.table.header.indexOf("label");
}

// What a point looks like

function colourOf(clip) {
  const column = state.column;
  if (column.words) {
    const code = column.codes[clip];
    return code < 0 ? "#8a8f9855" : COLOURS[code % COLOURS.length];
  }
  const value = column.numbers[clip];
  if (value === null) return "#8a8f9855";
  const [low, high] = column.range;
  return rampColour(high > low ? (value - low) / (high - low) : 0.5);
}

function rampColour(share) {
  const place = share * (RAMP.length - 1);
  const below = Math.min(Math.floor(place), RAMP.length - 2);
  const mix = i => Math.round(RAMP[below][i] + (place - below) * (RAMP[below + 1][i] - RAMP[below][i]));
  return `rgb(${mix(0)},${mix(1)},${mix(2)})`;
}

function shapeOf(clip) {
  const column = state.column;
  if (!column.words || column.codes[clip] < 0) return 0;
  return Math.floor(column.codes[clip] / COLOURS.length) % SHAPES.length;
}

function isHidden(clip) {
  return Boolean(state.column.words) && state.hidden.has(state.column.codes[clip]);
}

function tracePoint(context, shape, x, y, r) {
  context.beginPath();
  if (shape === 0) context.arc(x, y, r, 0, 2 * Math.PI);
  else if (shape === 1) context.rect(x - r, y - r, 2 * r, 2 * r);
  else if (shape === 2) tracePolygon(context, [[x, y - 1.2 * r], [x + 1.1 * r, y + r], [x - 1.1 * r, y + r]]);
  else tracePolygon(context, [[x, y - 1.3 * r], [x + 1.3 * r, y], [x, y + 1.3 * r], [x - 1.3 * r, y]]);
}

function tracePolygon(context, corners) {
  corners.forEach(([x, y], at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
}

// A picture of a map. All points are drawn once; what changes quickly is drawn over a copy.

class Picture {
  constructor(number) {
    this.canvas = document.querySelector(`canvas[data-map="${number}"]`);
    this.select = document.querySelector(`select[data-map="${number}"]`);
    this.told = document.querySelector(`[data-told="${number}"]`);
    this.points = document.createElement("canvas");
    this.line = [];
    this.view = { x: 0, y: 0, reach: MARGIN };
    data.maps.forEach((map, at) => this.select.add(new Option(map.name, at)));
    this.select.selectedIndex = Math.min(number, data.maps.length - 1);
    this.select.addEventListener("change", () => this.open());
    this.listen();
  }

  get map() {
    return data.maps[this.select.selectedIndex];
  }

  open() {
    this.told.textContent = this.map.told;
    this.view = { x: 0, y: 0, reach: MARGIN };
    this.drawAll();
    showChosen();
  }

  place(clip) { // px
    const scale = this.canvas.width / (2 * this.view.reach);
    const x = (this.map.x[clip] - this.view.x + this.view.reach) * scale;
    const y = (this.view.y - this.map.y[clip] + this.view.reach) * scale;
    return [x, y];
  }

  drawAll() {
    const ratio = window.devicePixelRatio || 1;
    const size = Math.max(1, Math.round(this.canvas.clientWidth * ratio));
    this.ratio = ratio;
    for (const canvas of [this.canvas, this.points]) canvas.width = canvas.height = size;
    this.radius = ratio * (COUNT > 3000 ? 2.2 : COUNT > 800 ? 3 : 4.5);
    const context = this.points.getContext("2d");
    context.globalAlpha = 0.8;
    for (let clip = 0; clip < COUNT; clip++) {
      if (isHidden(clip)) continue;
      context.fillStyle = colourOf(clip);
      tracePoint(context, shapeOf(clip), ...this.place(clip), this.radius);
      context.fill();
    }
    this.drawOver();
  }

  drawOver() {
    const context = this.canvas.getContext("2d");
    const ink = getComputedStyle(document.body).color;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.drawImage(this.points, 0, 0);
    context.strokeStyle = ink;
    context.lineWidth = this.ratio;
    for (const clip of state.selected) this.ring(context, clip, 1.2);
    if (state.touched >= 0) this.ring(context, state.touched, 1.7);
    if (state.chosen >= 0) {
      this.joinNeighbours(context);
      context.lineWidth = 2.5 * this.ratio;
      this.ring(context, state.chosen, 2);
    }
    if (this.line.length) {
      context.lineWidth = this.ratio;
      context.beginPath();
      tracePolygon(context, this.line);
      context.stroke();
    }
  }

  ring(context, clip, scale) {
    context.beginPath();
    context.arc(...this.place(clip), scale * this.radius + this.ratio, 0, 2 * Math.PI);
    context.stroke();
  }

  joinNeighbours(context) {
    context.globalAlpha = 0.5;
    for (const other of data.neighbours[this.map.space][state.chosen]) {
      context.beginPath();
      context.moveTo(...this.place(state.chosen));
      context.lineTo(...this.place(other));
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  at(event) { // px of the canvas
    const box = this.canvas.getBoundingClientRect();
    const scale = this.canvas.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  nearest([x, y]) { // -1: none is near
    let best = -1;
    let least = (NEAR * this.ratio) ** 2;
    for (let clip = 0; clip < COUNT; clip++) {
      if (isHidden(clip)) continue;
      const [px, py] = this.place(clip);
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < least) [best, least] = [clip, distance];
    }
    return best;
  }

  listen() {
    this.canvas.addEventListener("pointerdown", event => this.press(event));
    this.canvas.addEventListener("pointermove", event => this.move(event));
    this.canvas.addEventListener("pointerup", event => this.release(event));
    this.canvas.addEventListener("pointercancel", () => this.stop());
    this.canvas.addEventListener("pointerleave", () => touch(-1));
  }

  press(event) {
    this.start = this.at(event);
    const draws = event.pointerType === "mouse" || isDrawing();
    if (draws) this.canvas.setPointerCapture(event.pointerId);
    this.draws = draws;
  }

  move(event) {
    const place = this.at(event);
    if (this.start && this.draws && isFar(this.start, place, this.ratio)) {
      if (!this.line.length) this.line = [this.start];
      this.line.push(place);
      this.drawOver();
    } else if (!this.start) touch(this.nearest(place));
  }

  release(event) {
    if (this.line.length) select(clipsWithin(this, this.line));
    else if (this.start) choose(this.nearest(this.at(event)));
    this.stop();
  }

  stop() {
    this.start = null;
    this.line = [];
    this.drawOver();
  }

  showSelected() {
    const x = [...state.selected].map(clip => this.map.x[clip]);
    const y = [...state.selected].map(clip => this.map.y[clip]);
    const middle = values => (Math.max(...values) + Math.min(...values)) / 2;
    const width = values => Math.max(...values) - Math.min(...values);
    const reach = Math.max(width(x), width(y), 0.02) / 2;
    this.view = { x: middle(x), y: middle(y), reach: 1.2 * reach };
    this.drawAll();
  }
}

function isFar([x, y], [u, v], ratio) {
  return Math.hypot(u - x, v - y) > DRAG * ratio;
}

function clipsWithin(picture, line) {
  const found = [];
  for (let clip = 0; clip < COUNT; clip++) {
    if (!isHidden(clip) && isInside(picture.place(clip), line)) found.push(clip);
  }
  return found;
}

// Whether a ray to the right crosses the line an odd number of times.
function isInside([x, y], line) {
  let inside = false;
  for (let i = 0, j = line.length - 1; i < line.length; j = i++) {
    const [ax, ay] = line[i];
    const [bx, by] = line[j];
    const crosses = ay > y !== by > y && x < ax + ((bx - ax) * (y - ay)) / (by - ay);
    if (crosses) inside = !inside;
  }
  return inside;
}

// What people do

function isDrawing() {
  return element("draw").getAttribute("aria-pressed") === "true";
}

function touch(clip) {
  if (clip === state.touched) return;
  state.touched = clip;
  if (clip >= 0 && element("hover").checked) choose(clip);
  else pictures.forEach(picture => picture.drawOver());
}

function choose(clip) {
  state.chosen = clip;
  showChosen();
  if (clip < 0) return;
  const sound = element("sound");
  sound.pause();
  if (!data.sounds[clip]) return sound.removeAttribute("src");
  sound.src = data.sounds[clip];
  sound.play().catch(() => {}); // a browser may want a click on the page first
}

function select(clips) {
  state.selected = new Set(clips);
  const count = clips.length;
  element("count").textContent = count ? `${count} clip${count > 1 ? "s" : ""} selected` : "No clip is selected";
  element("closer").disabled = !count;
  showRelabel();
  pictures.forEach(picture => picture.drawOver());
}

function relabel(rows, label) {
  for (const row of rows) data.table.rows[row][labelCell()] = label;
  packLabels();
  showRelabel();
  openColumn();
}

// The labels of the clips as a column, from the table of recordings
function packLabels() {
  const own = data.table.row.map(row => plainLabel(data.table.rows[row][labelCell()]));
  labels.words = [...new Set(own)].sort();
  const place = new Map(labels.words.map((word, at) => [word, at]));
  labels.codes = own.map(label => place.get(label));
}

// A table has an apostrophe before what a spreadsheet would take for a formula.
function quoteLabel(label) {
  return /^[=+\-@]/.test(label) ? `'${label}` : label;
}

function plainLabel(cell) {
  return /^'[=+\-@]/.test(cell) ? cell.slice(1) : cell;
}

function writeTable() {
  const cell = text => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [data.table.header, ...data.table.rows].map(row => row.map(cell).join(","));
  return `${lines.join("\n")}\n`;
}

function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([writeTable()], { type: "text/csv" }));
  link.download = "clips.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// What they see

function valueOf(column, clip) {
  if (!column.words) return column.numbers[clip] === null ? null : String(Number(column.numbers[clip].toPrecision(4)));
  return column.codes[clip] < 0 ? null : column.words[column.codes[clip]];
}

function showChosen() {
  const clip = state.chosen;
  pictures.forEach(picture => picture.drawOver());
  element("name").textContent = clip < 0 ? "No clip is chosen" : data.names[clip];
  const facts = clip < 0 ? [] : data.columns.map(column => [column.name, valueOf(column, clip)]);
  element("facts").textContent = facts.filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}`).join("; ");
  const near = clip < 0 ? [] : data.neighbours[pictures[0].map.space][clip];
  element("neighbours").replaceChildren(...near.map(neighbourButton));
}

function neighbourButton(clip) {
  const button = document.createElement("button");
  button.textContent = `${valueOf(labels, clip)}: ${data.names[clip]}`;
  button.addEventListener("click", () => choose(clip));
  return button;
}

function showRelabel() {
  const label = element("label").value.trim();
  element("relabel").disabled = !(label && state.selected.size);
  element("undo").disabled = !state.undo.length;
  const changed = data.table.rows.filter((row, at) => row[labelCell()] !== given[at]).length;
  element("download").disabled = !changed;
  element("download").textContent = changed ? `Download the table, ${changed} changed` : "Download the table";
}

function openColumn() {
  const column = state.column;
  state.hidden.clear();
  if (!column.words) {
    const known = column.numbers.filter(value => value !== null);
    column.range = [Math.min(...known), Math.max(...known)];
  }
  element("labels").replaceChildren(...labels.words.map(word => new Option(word, word)));
  showLegend();
  pictures.forEach(picture => picture.drawAll());
  showChosen();
}

function showLegend() {
  const column = state.column;
  const legend = element("legend");
  if (column.words) return legend.replaceChildren(...column.words.map(legendButton));
  const [low, high] = column.range.map(value => Number(value.toPrecision(3)));
  return legend.replaceChildren(legendMark(rampColour(0), 0), `${low} to ${high}`, legendMark(rampColour(1), 0));
}

function legendMark(colour, shape) {
  const mark = document.createElement("span");
  mark.style.color = colour;
  mark.textContent = SHAPES[shape];
  return mark;
}

function legendButton(word, code) {
  const button = document.createElement("button");
  const shape = Math.floor(code / COLOURS.length) % SHAPES.length;
  button.append(legendMark(COLOURS[code % COLOURS.length], shape), ` ${word || "none"}`);
  button.setAttribute("aria-pressed", "true");
  button.addEventListener("click", () => {
    const shown = state.hidden.delete(code) || !state.hidden.add(code);
    button.setAttribute("aria-pressed", String(shown));
    pictures.forEach(picture => picture.drawAll());
  });
  return button;
}

const pictures = [new Picture(0), new Picture(1)];
data.columns.forEach((column, at) => element("colour").add(new Option(column.name, at)));
element("colour").addEventListener("change", event => {
  state.column = data.columns[event.target.selectedIndex];
  openColumn();
});
element("draw").addEventListener("click", event => {
  event.target.setAttribute("aria-pressed", String(!isDrawing()));
  document.body.classList.toggle("drawing", isDrawing());
});
element("closer").addEventListener("click", () => {
  pictures.forEach(picture => picture.showSelected());
  element("whole").disabled = false;
});
element("whole").addEventListener("click", () => {
  pictures.forEach(picture => picture.open());
  element("whole").disabled = true;
});
element("label").addEventListener("input", showRelabel);
element("relabel").addEventListener("click", () => {
  const rows = [...new Set([...state.selected].map(clip => data.table.row[clip]))];
  state.undo.push(rows.map(row => [row, data.table.rows[row][labelCell()]]));
  relabel(rows, quoteLabel(element("label").value.trim()));
});
element("undo").addEventListener("click", () => {
  for (const [row, cell] of state.undo.pop()) data.table.rows[row][labelCell()] = cell;
  relabel([], "");
});
element("download").addEventListener("click", download);
window.addEventListener("resize", () => pictures.forEach(picture => picture.drawAll()));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => pictures.forEach(picture => picture.drawAll()));
pictures.forEach(picture => picture.open());
openColumn();
