"use strict";
// A person's marks on an image. A mark counts as kept when the server says so; until then it
// waits in this browser, and is sent again.

const byId = id => document.getElementById(id);
const picked = name => document.querySelector(`input[name=${name}]:checked`).value;
const NO_ROOM = 507;  // the disk did not take a sound entry
const NOT_HERE = 404;  // another run of the bench answers, at an address with another secret word
const ON_IT = 7, DRAGGED = 3, SLIPPED = 8;  // pixels of the screen
let state, view, marks = new Map(), kept = new Map(), selected = null, next = "sure";
let drawing = null, ruler = null, moving = null, drag = null, undone = [];
let queue = [], sending = false, ended = false, stores = false, store;

function word() { return `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`; }

function report(text, fault = false) {
  byId("kept").textContent = text;
  byId("kept").className = fault ? "fault" : "";
}

function say(text) { byId("measure").textContent = text; }

function keptWords() { return `${marks.size} mark${marks.size === 1 ? "" : "s"} kept on this machine`; }

// ---- keeping ----

function saveQueue() {
  try {
    localStorage.setItem(store, JSON.stringify(queue));
    stores = true;
  } catch { stores = false; }
}

function storedQueue() {
  try { return JSON.parse(localStorage.getItem(store) || "[]"); } catch { return []; }
}

function enqueue(entry) {
  queue.push(entry);
  saveQueue();
  return send();
}

function benchEnded() {
  ended = true;
  if (!queue.length || stores && !storedQueue().length) {
    // the page of the new bench has taken them over
    queue = [];
    report("this page belongs to a bench that has ended, and nothing waits in it: close it, and go on at the address that the terminal shows", true);
    return;
  }
  const waiting = `${queue.length} change${queue.length > 1 ? "s wait" : " waits"}`;
  report(`the bench was started anew: open the address that the terminal shows; ${waiting} in this browser ${stores ? "and will be kept there" : "which keeps nothing for other pages: set them again there"}`, true);
  setTimeout(benchEnded, 2000);
}

async function send() {
  if (sending || ended) return;
  sending = true;
  while (queue.length) {
    report(`keeping ${queue.length} change${queue.length > 1 ? "s" : ""}…`);
    let answer, said = {};
    try {
      answer = await fetch("entry", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(queue[0]) });
      if (answer.status === NOT_HERE) { benchEnded(); break; }
      said = await answer.json();
    } catch {
      report(`not kept yet: ${queue.length} in this browser; is the bench still running? If you started it anew, open the address that the terminal shows. Trying again`, true);
      setTimeout(send, 2000);
      break;
    }
    if (!answer.ok) {
      report(`not kept: ${said.message}`, true);
      if (answer.status === NO_ROOM) { setTimeout(send, 5000); break; }
      takeBack(queue.shift());
      saveQueue();
      continue;
    }
    const sent = queue.shift();
    saveQueue();
    if (sent.entry === "put") kept.set(sent.mark.name, sent.mark);
    if (sent.entry === "drop") kept.delete(sent.name);
    if (sent.entry === "finish") finished(said.finished, said.outcome);
    if (!queue.length) report(keptWords());
  }
  sending = false;
}

function takeBack(entry) {
  const name = entry.entry === "put" ? entry.mark.name : entry.name;
  if (kept.has(name)) marks.set(name, kept.get(name));
  else marks.delete(name);
  refresh();
}

// ---- marks ----

// Whether marks may be changed now; says why where they may not.
function open() {
  if (ended) say("nothing is changed here: go on at the address that the terminal shows");
  else if (state.finished) say("the count is finished: press “Take the count up again” to change it");
  return !ended && !state.finished;
}

function remember(name, undo) {
  if (undo) undone.pop();
  else undone.push([name, marks.get(name) || null]);
}

function put(mark, undo = false) {
  remember(mark.name, undo);
  marks.set(mark.name, mark);
  enqueue(undo ? { entry: "put", mark, undo } : { entry: "put", mark });
  refresh();
}

function drop(name, undo = false) {
  if (!marks.has(name) || !open()) return;
  remember(name, undo);
  marks.delete(name);
  if (selected === name) selected = null;
  enqueue(undo ? { entry: "drop", name, undo } : { entry: "drop", name });
  refresh();
}

function undo() {
  if (drawing) { forget(); return; }
  if (!open()) return;
  if (!undone.length) { say("nothing to undo"); return; }
  const [name, before] = undone[undone.length - 1];
  say("");
  if (before) put(before, true);
  else if (marks.has(name)) drop(name, true);
  else { undone.pop(); refresh(); }
}

function corner(place) { return place.map(each => Math.round(each * 100) / 100); }

function clamped(place) { return place.map((each, i) => Math.min(Math.max(each, 0), i ? view.rows : view.columns)); }

function apart(one, other) { return Math.hypot(one[0] - other[0], one[1] - other[1]) * view.scale; }

// A place was clicked, or entered with the keys (by: "mouse" or "keys").
function begin(place, by) {
  const tool = picked("tool");
  if (tool !== "measure" && !open()) return;
  if (!view.inside(place) && !(drawing && drawing.kind === "box")) { say("outside the image: nothing is marked"); return; }
  ruler = null;
  if (tool === "point") {
    say("");
    put({ name: word(), kind: "point", certainty: next, corners: [corner(place)], note: "" });
  } else if (!drawing) {
    drawing = { kind: tool === "box" ? "box" : "line", corners: [corner(place)], tool, by };
    say({ box: "now the opposite corner", line: "now the next corner; Enter, or a click once more on the last corner, ends the line", measure: "now the other end" }[tool]);
  } else if (tool === "line") {
    const last = drawing.corners[drawing.corners.length - 1];
    if (apart(last, place) < DRAGGED + 1) { if (drawing.corners.length > 1) close(); return; }
    drawing.corners.push(corner(place));
    drawing.by = by;
    drawing.hover = null;
    measured();
  } else {
    end(place);
  }
  view.redraw();
}

// Set the second corner of a box, a measurement or a dragged line, and close it.
function end(place) {
  const inside = view.inside(place);
  drawing.corners[1] = corner(clamped(place));
  close(inside ? "" : "cut at the edge of the image: ");
}

function close(cut = "") {
  const { kind, corners, tool } = drawing;
  drawing = null;
  if (corners.length < 2 || !corners.some(each => apart(each, corners[0]) > DRAGGED)) {
    say("too small: nothing is marked");
  } else if (tool === "measure") {
    ruler = { kind, corners };
    say(cut + lengthWords(lengthOf(ruler), state.image.scale_m));
  } else {
    const mark = { name: word(), kind, certainty: next, corners, note: "" };
    const metres = state.image.scale_m === null ? 0 : longSide(mark) * state.image.scale_m;
    const size = lengthWords(longSide(mark), state.image.scale_m);
    say(`${cut}${kind}, ${size}` + (state.longest_m && metres > state.longest_m ? `: long for one of the ${state.what}; it is kept, Z takes it back` : ""));
    put(mark);
  }
  view.redraw();
}

// Drop what is half drawn or measured.
function forget() {
  drawing = ruler = null;
  say("");
  view.redraw();
}

function sketch() { return drawing.hover ? { ...drawing, corners: [...drawing.corners, drawing.hover] } : drawing; }

function measured() {
  const drawn = sketch();
  if (drawn.corners.length < 2) return;
  const metres = state.image.scale_m;
  const [one, other] = drawn.corners;
  say(drawn.kind === "box"
    ? `${lengthWords(Math.abs(other[0] - one[0]), metres)} by ${lengthWords(Math.abs(other[1] - one[1]), metres)}`
    : lengthWords(lengthOf(drawn), metres));
}

function toEdge([x, y], [left, top], [right, bottom]) {
  const across = right - left, down = bottom - top, length = across ** 2 + down ** 2;
  const part = length ? Math.min(1, Math.max(0, ((x - left) * across + (y - top) * down) / length)) : 0;
  return Math.hypot(x - left - part * across, y - top - part * down);
}

// Name of the mark whose drawn ring or edge lies at a place of the screen.
function at(x, y) {
  let nearest = null, least = ON_IT;
  for (const mark of marks.values()) {
    let places = mark.corners.map(each => view.toScreen(each));
    if (mark.kind === "box") {
      const [[left, top], [right, bottom]] = places;
      places = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]];
    }
    const edges = places.length > 1 ? places.slice(1).map((each, i) => toEdge([x, y], places[i], each)) : [Math.hypot(places[0][0] - x, places[0][1] - y)];
    const away = Math.min(...edges);
    if (away < least) [nearest, least] = [mark.name, away];
  }
  return nearest;
}

function middleOf(mark) {
  return [0, 1].map(i => mark.corners.map(each => each[i])).map(each => (Math.min(...each) + Math.max(...each)) / 2);
}

function movedBy(mark, from, to) {
  const shift = [0, 1].map(i => {
    const places = mark.corners.map(each => each[i]), most = i ? view.rows : view.columns;
    return Math.min(most - Math.max(...places), Math.max(-Math.min(...places), to[i] - from[i]));
  });
  return mark.corners.map(each => corner([each[0] + shift[0], each[1] + shift[1]]));
}

// ---- what is shown ----

function draw(pen) {
  if (byId("outlines").checked) drawOutlines(pen, view, state.outlines);
  if (byId("marks").checked)
    for (const mark of marks.values()) {
      const shape = moving && moving.name === mark.name ? { ...mark, corners: moving.corners } : mark;
      drawMark(pen, view, shape, ...LOOKS[mark.certainty], mark.name === selected);
    }
  if (state.finished && state.outcome) {
    for (const place of state.outcome.missed || []) drawSign(pen, view, place, true);
    for (const name of state.outcome.wrong || [])
      if (marks.has(name)) drawSign(pen, view, middleOf(marks.get(name)), false);
  }
  if (drawing) drawMark(pen, view, sketch(), "#fff", [], false);
  if (ruler) drawMark(pen, view, ruler, "#fff", [], false);
}

function numberOf(name) { return [...marks.keys()].indexOf(name) + 1; }

function refresh() {
  const count = { "sure": 0, "perhaps": 0, "cannot tell": 0 };
  for (const mark of marks.values()) count[mark.certainty]++;
  byId("tally").textContent = Object.entries(count).map(([name, number]) => `${number} ${name}`).join(", ");
  byId("drop").disabled = !selected || Boolean(state.finished);
  byId("undo").disabled = !undone.length || Boolean(state.finished);
  byId("about").textContent = selected ? `Mark ${numberOf(selected)}, selected, is` : "What you mark is";
  const shown = selected ? marks.get(selected).certainty : next;
  document.querySelector(`input[name=certainty][value="${shown}"]`).checked = true;
  byId("list").replaceChildren(...[...marks.values()].map(mark => {
    const item = document.createElement("li"), button = document.createElement("button");
    const size = mark.kind === "point" ? "" : `, ${lengthWords(longSide(mark), state.image.scale_m)}`;
    button.type = "button";
    button.textContent = `${mark.kind}, ${mark.certainty}${size}`;
    button.addEventListener("click", () => { select(mark.name); view.centre(mark.corners[0], Math.max(view.scale, 1)); });
    item.setAttribute("aria-current", String(mark.name === selected));
    item.append(button);
    return item;
  }));
  view.redraw();
}

function select(name) { selected = name; refresh(); }

function finished(day, outcome) {
  state.finished = day || "";
  state.outcome = outcome || null;
  const done = Boolean(state.finished), lines = done && outcome && outcome.lines
    ? [...outcome.lines, "on the image: a red square was missed, a red cross is a mark on none"] : [];
  byId("done").hidden = done;
  byId("reopen").hidden = !done;
  const number = outcome ? `: ${outcome.words}` : "";
  byId("said").textContent = !done ? "" : outcome && outcome.missed
    ? `Finished on ${state.finished}${number}. A practice count leaves nothing for the record.`
    : `Finished on ${state.finished}${number}. The terminal says what was written; this page may be closed.`;
  byId("outcome").replaceChildren(...lines.map(text => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }));
  refresh();
}

// ---- pointer and keys ----

function listen() {
  const place = event => {
    const box = view.host.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  view.host.addEventListener("pointerdown", event => {
    if (event.button > 1) return;
    view.host.setPointerCapture(event.pointerId);
    const [x, y] = place(event), tool = picked("tool");
    const pans = event.shiftKey || event.button === 1 || tool === "pan";
    const hit = pans || drawing || tool === "measure" ? null : at(x, y);
    drag = { x, y, first: [x, y], from: view.toImage(x, y), pans, tool, hit, far: 0, draws: false };
  });
  view.host.addEventListener("pointermove", event => {
    const [x, y] = place(event), here = view.toImage(x, y);
    if (drag) {
      drag.far = Math.max(drag.far, Math.hypot(x - drag.first[0], y - drag.first[1]));
      if (drag.pans) view.pan(x - drag.x, y - drag.y);
      else if (drag.hit) pull(here);
      else stretch(here);
      [drag.x, drag.y] = [x, y];
    } else if (drawing) {
      drawing.hover = corner(clamped(here));
      measured();
      view.redraw();
    }
  });
  view.host.addEventListener("pointerup", event => {
    const was = drag, here = view.toImage(...place(event)), pulled = moving;
    drag = moving = null;
    if (!was || was.pans) return;
    if (was.hit) letGo(was.hit, pulled);
    else if (was.draws) end(here);
    else if (was.tool === "point" && was.far > SLIPPED) say("dragged: nothing is marked; Shift-drag moves the image");
    else { selected = null; begin(here, "mouse"); refresh(); }
  });
  view.host.addEventListener("pointercancel", () => { drag = moving = null; forget(); });
  view.host.addEventListener("dblclick", () => {
    if (drawing && drawing.tool === "line" && lengthOf(drawing) * view.scale > SLIPPED) close();
  });
  document.addEventListener("keydown", event => {
    if (event.target.matches("input[type=text], input[type=number], textarea") || event.ctrlKey && event.key !== "z" || event.metaKey || event.altKey) return;
    const tools = { p: "point", b: "box", l: "line", m: "measure", v: "pan" }, words = { 1: "sure", 2: "perhaps", 3: "cannot tell" };
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const onView = event.target === view.host || !key.startsWith("Arrow") && event.target.type !== "range";
    if (tools[key]) { document.querySelector(`input[value=${tools[key]}]`).checked = true; forget(); }
    else if (words[key]) certainty(words[key]);
    else if (key === "z") undo();
    else if (key === "h") { byId("marks").checked = !byId("marks").checked; view.redraw(); }
    else if ((key === "Delete" || key === "Backspace") && selected) drop(selected);
    else if (key === "Escape") { selected = null; moving = drag = null; forget(); refresh(); }
    else if (key === "Enter" && event.target === view.host) enter();
    else if (onView && movesView(view, event)) { /* moved */ }
    else return;
    event.preventDefault();
  });
}

// A mark is dragged.
function pull(here) {
  if (drag.far <= DRAGGED || state.finished || ended || !byId("marks").checked) return;
  const mark = marks.get(drag.hit);
  if (!mark) return;
  moving = { name: mark.name, corners: movedBy(mark, drag.from, here) };
  view.redraw();
}

// A box, a line or a measurement is dragged open.
function stretch(here) {
  if (drag.far <= DRAGGED || drag.tool === "point" || drawing && drawing.kind !== "box" && !drag.draws) return;
  if (!drawing) {
    if (drag.tool !== "measure" && !open()) return;
    if (!view.inside(drag.from)) { say("outside the image: nothing is marked"); return; }
    ruler = null;
    selected = null;
    drawing = { kind: drag.tool === "box" ? "box" : "line", corners: [corner(drag.from)], tool: drag.tool, by: "mouse" };
  }
  drag.draws = true;
  drawing.hover = corner(clamped(here));
  measured();
  view.redraw();
}

function letGo(name, pulled) {
  if (pulled && marks.has(name)) {
    if (!open()) return;
    put({ ...marks.get(name), corners: pulled.corners });
    say(`moved mark ${numberOf(name)}`);
  } else if (marks.has(name)) {
    select(name);
    say(`selected mark ${numberOf(name)}; nothing added`);
  }
}

function enter() {
  if (drawing && drawing.by === "mouse" && drawing.tool === "line") {
    drawing.hover = null;
    if (drawing.corners.length > 1) close();
    else say("one corner so far: click the other end");
    return;
  }
  begin(view.toImage(view.width / 2, view.height / 2), "keys");
}

// A selected mark is changed alone; else the word is that of the next marks.
function certainty(name) {
  if (!selected) next = name;
  else if (open() && marks.get(selected).certainty !== name) put({ ...marks.get(selected), certainty: name });
  refresh();
}

function listenToForm() {
  byId("undo").addEventListener("click", undo);
  byId("drop").addEventListener("click", () => selected && drop(selected));
  byId("whole").addEventListener("click", () => view.fit());
  for (const each of document.querySelectorAll("input[name=tool]")) each.addEventListener("change", forget);
  for (const each of document.querySelectorAll("input[name=certainty]")) each.addEventListener("change", () => certainty(each.value));
  const light = () => {
    view.filter = `brightness(${byId("bright").value}%) contrast(${byId("contrast").value}%)`;
    view.redraw();
  };
  for (const id of ["bright", "contrast"]) byId(id).addEventListener("input", light);
  byId("plain").addEventListener("click", () => { byId("bright").value = byId("contrast").value = 100; light(); });
  for (const id of ["outlines", "marks"]) byId(id).addEventListener("change", () => view.redraw());
  byId("finish").addEventListener("submit", event => {
    event.preventDefault();
    if (ended) { open(); return; }
    const share = Number(byId("seen").value) / 100, sure = [...marks.values()].some(mark => mark.certainty !== "cannot tell");
    if (share < 1 && !byId("hidden").value.trim()) { byId("said").textContent = "Say what hid the rest."; byId("hidden").focus(); return; }
    if (!sure && share === 1 && marks.size === 0 && byId("done").dataset.asked !== "yes") {
      byId("done").dataset.asked = "yes";
      byId("said").textContent = `No mark: that says that you looked at the whole scope and saw no ${state.what}. Press Finish again to say so.`;
      return;
    }
    forget();
    enqueue({ entry: "seen", share, hidden_by: byId("hidden").value });
    enqueue({ entry: "finish" });
  });
  byId("reopen").addEventListener("click", () => { enqueue({ entry: "reopen" }); byId("done").dataset.asked = ""; say(""); finished(""); });
}

function showRules(rules) {
  for (const each of rules) {
    for (const [name, words] of [["dt", each.case], ["dd", each.rule]]) {
      const line = document.createElement(name);
      line.textContent = words;
      byId("rules").append(line);
    }
  }
}

async function start() {
  state = await (await fetch("state.json")).json();
  store = `skytally-count-${state.image.sha256}-${state.what}-${state.scope}-${state.counter}-${state.turn}`;
  for (const mark of state.marks) marks.set(mark.name, mark);
  kept = new Map(marks);
  undone = state.steps;
  queue = storedQueue();
  for (const entry of queue) {
    if (entry.entry !== "put" && entry.entry !== "drop") continue;
    const name = entry.entry === "put" ? entry.mark.name : entry.name;
    remember(name, entry.undo);
    if (entry.entry === "put") marks.set(name, entry.mark);
    else marks.delete(name);
  }
  showTask(state, `${state.counter} counts`);
  showRules(state.rules);
  byId("where").textContent = state.where;
  view = new ImageView(byId("view"), byId("canvas"), state.image, draw);
  view.failed = async name => {
    const answer = await fetch(name).catch(() => null);
    if (answer && answer.status === NOT_HERE) { benchEnded(); return; }
    const said = answer ? await answer.json().catch(() => ({})) : { message: "the bench does not answer" };
    report(said.message || "part of the image cannot be shown", true);
  };
  if (state.share_seen !== null) { byId("seen").value = Math.round(100 * state.share_seen); byId("hidden").value = state.hidden_by; }
  zoomsByWheel(view);
  listen();
  listenToForm();
  finished(state.finished, state.outcome);
  report(keptWords());
  document.body.dataset.ready = "yes";
  window.bench = { view, marks };
  send();
}

start();
