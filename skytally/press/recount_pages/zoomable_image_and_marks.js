"use strict";
// An image of any size on a canvas: a coarse picture at once, sharp tiles when they come.

const TILE = 512, MOST_TILES = 160, SHARPEST = 24;

class ImageView {
  constructor(host, canvas, image, draw) {
    this.host = host;
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.columns = image.columns;
    this.rows = image.rows;
    this.drawMarks = draw;
    this.tiles = new Map();
    this.filter = "none";
    this.waiting = false;
    this.fitted = true;
    this.coarse = new Image();
    this.coarse.onload = () => this.redraw();
    this.coarse.src = "coarse.png";
    new ResizeObserver(() => this.resize()).observe(host);
    this.resize();
    this.fit();
  }

  resize() {
    const ratio = window.devicePixelRatio || 1;
    const middle = this.scale ? this.toImage(this.width / 2, this.height / 2) : null;
    this.width = this.host.clientWidth;
    this.height = this.host.clientHeight;
    this.canvas.width = Math.max(1, Math.round(this.width * ratio));
    this.canvas.height = Math.max(1, Math.round(this.height * ratio));
    this.ratio = ratio;
    if (middle && this.fitted) this.fit();
    else if (middle) this.centre(middle);
    else this.redraw();
  }

  // pixels of the screen to one of the image, and the image's place at the upper left corner
  fit() {
    this.scale = Math.min(this.width / this.columns, this.height / this.rows) || 1;
    this.left = (this.columns - this.width / this.scale) / 2;
    this.top = (this.rows - this.height / this.scale) / 2;
    this.fitted = true;
    this.redraw();
  }

  toImage(x, y) { return [this.left + x / this.scale, this.top + y / this.scale]; }

  toScreen([column, row]) { return [(column - this.left) * this.scale, (row - this.top) * this.scale]; }

  inside([column, row]) { return column >= 0 && row >= 0 && column <= this.columns && row <= this.rows; }

  pan(dx, dy) {
    this.fitted = false;
    this.left = Math.min(this.columns, Math.max(-this.width / this.scale, this.left - dx / this.scale));
    this.top = Math.min(this.rows, Math.max(-this.height / this.scale, this.top - dy / this.scale));
    this.redraw();
  }

  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const [column, row] = this.toImage(x, y);
    this.fitted = false;
    const least = Math.min(this.width / this.columns, this.height / this.rows) / 2;
    this.scale = Math.min(SHARPEST, Math.max(least, this.scale * factor));
    this.left = column - x / this.scale;
    this.top = row - y / this.scale;
    this.redraw();
  }

  centre([column, row], scale = this.scale) {
    this.fitted = false;
    this.scale = scale;
    this.left = column - this.width / this.scale / 2;
    this.top = row - this.height / this.scale / 2;
    this.redraw();
  }

  redraw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.paint(); });
  }

  paint() {
    const pen = this.pen;
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    if (!this.scale) return;
    pen.filter = this.filter;
    pen.imageSmoothingEnabled = this.scale < 4;
    const [x, y] = this.toScreen([0, 0]);
    if (this.coarse.complete && this.coarse.naturalWidth)
      pen.drawImage(this.coarse, x, y, this.columns * this.scale, this.rows * this.scale);
    this.paintTiles();
    pen.filter = "none";
    this.drawMarks(pen);
  }

  paintTiles() {
    const level = Math.max(0, Math.min(16, Math.floor(Math.log2(1 / (this.scale * this.ratio)) + 1e-9)));
    const side = TILE * 2 ** level, last = [this.left + this.width / this.scale, this.top + this.height / this.scale];
    for (let down = Math.max(0, Math.floor(this.top / side)); down * side < Math.min(last[1], this.rows); down++)
      for (let across = Math.max(0, Math.floor(this.left / side)); across * side < Math.min(last[0], this.columns); across++) {
        const tile = this.tile(level, across, down);
        if (!tile.complete || !tile.naturalWidth) continue;
        const [x, y] = this.toScreen([across * side, down * side]);
        const width = Math.min(side, this.columns - across * side), height = Math.min(side, this.rows - down * side);
        this.pen.drawImage(tile, x, y, width * this.scale, height * this.scale);
      }
  }

  tile(level, across, down) {
    const name = `tile/${level}/${across}/${down}.png`;
    let tile = this.tiles.get(name);
    if (tile) {
      this.tiles.delete(name);
    } else {
      tile = new Image();
      tile.onload = () => this.redraw();
      tile.onerror = () => this.failed && this.failed(name);
      tile.src = name;
    }
    this.tiles.set(name, tile);
    if (this.tiles.size > MOST_TILES) this.tiles.delete(this.tiles.keys().next().value);
    return tile;
  }
}

// Panning and zooming by wheel and keys, the same on both pages. Returns whether a key was used.
function movesView(view, event) {
  const step = event.shiftKey ? 200 : 60;
  const moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
  if (moves[event.key]) view.pan(...moves[event.key]);
  else if (event.key === "+" || event.key === "=") view.zoom(1.4);
  else if (event.key === "-" || event.key === "−") view.zoom(1 / 1.4);
  else if (event.key === "0") view.fit();
  else return false;
  return true;
}

function zoomsByWheel(view) {
  view.host.addEventListener("wheel", event => {
    event.preventDefault();
    const box = view.host.getBoundingClientRect();
    view.zoom(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
}

// Colour and shape both tell the words apart: a dark edge under the colour shows on any ground.
const LOOKS = { "sure": ["#00d084", []], "perhaps": ["#ffb000", [6, 4]], "cannot tell": ["#ff7ae2", [3, 3]] };

function drawMark(pen, view, mark, colour, dash, strong) {
  const places = mark.corners.map(corner => view.toScreen(corner)), untold = mark.certainty === "cannot tell";
  const more = untold ? 1 : 0;
  for (const [ink, width, dashes] of [["#000", (strong ? 5 : 3.5) + 2 * more, []], [colour, (strong ? 3 : 1.8) + more, dash]]) {
    pen.strokeStyle = ink;
    pen.lineWidth = width;
    pen.setLineDash(dashes);
    pen.beginPath();
    if (mark.kind === "point") {
      const [x, y] = places[0];
      pen.arc(x, y, strong ? 9 : 6 + 2 * more, 0, 2 * Math.PI);
    } else if (mark.kind === "box") {
      const [[x, y], [right, bottom]] = [places[0], places[1] || places[0]];
      pen.rect(Math.min(x, right), Math.min(y, bottom), Math.abs(right - x), Math.abs(bottom - y));
    } else {
      places.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    }
    pen.stroke();
  }
  pen.setLineDash([]);
  if (!untold) return;
  pen.font = "bold 12px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineWidth = 3;
  pen.strokeStyle = "#000";
  pen.strokeText("?", ...places[0]);
  pen.fillStyle = colour;
  pen.fillText("?", ...places[0]);
}

// What a practice count missed, a square, or marked wrongly, a cross.
function drawSign(pen, view, place, missed) {
  const [x, y] = view.toScreen(place);
  for (const [ink, width] of [["#000", 5], ["#ff5a4f", 2.5]]) {
    pen.strokeStyle = ink;
    pen.lineWidth = width;
    pen.beginPath();
    if (missed) pen.rect(x - 7, y - 7, 14, 14);
    else for (const side of [-7, 7]) { pen.moveTo(x - 7, y - side); pen.lineTo(x + 7, y + side); }
    pen.stroke();
  }
}

function drawOutlines(pen, view, outlines) {
  pen.lineWidth = 1.5;
  pen.strokeStyle = "#4cc3ff";
  for (const outline of outlines)
    for (const ring of outline.rings) {
      pen.beginPath();
      ring.map(each => view.toScreen(each)).forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      pen.stroke();
    }
}

function lengthOf(mark) {
  const steps = mark.corners.slice(1).map((corner, i) => Math.hypot(corner[0] - mark.corners[i][0], corner[1] - mark.corners[i][1]));
  return steps.reduce((sum, each) => sum + each, 0);
}

// Length of a line, longer side of a box, as the record has it.
function longSide(mark) {
  if (mark.kind !== "box") return lengthOf(mark);
  const [one, other] = mark.corners;
  return Math.max(Math.abs(other[0] - one[0]), Math.abs(other[1] - one[1]));
}

function lengthWords(pixels, scale) {
  return scale === null ? `${pixels.toFixed(0)} pixels (the scale is not known)` : `${(pixels * scale).toFixed(1)} m`;
}

function showTask(state, verb) {
  const text = state.scope === "practice"
    ? `${verb} ${state.what}, practice: ${state.image.name}`
    : `${verb} ${state.what} in ${state.scope}, ${state.image.name}, ${state.day}`;
  document.getElementById("task").textContent = text;
  document.title = text;
  document.getElementById("simulated").hidden = !state.image.simulated;
}
