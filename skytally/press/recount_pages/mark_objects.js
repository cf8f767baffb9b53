"use strict";
// A person's marks on an image. A mark counts as kept when the server says so; until then it
// waits in this browser, and is sent again.

const byId = id => document.getElementById(id);
const picked = name => document.querySelector(`input[name=${name}]:checked`).value;
const NO_ROOM = 507;  // the disk did not take a sound entry
let state, view, marks = new Map(), kept = new Map(), selected = null, drawing = null, drag = null, undone = [];
let queue = [], sending = false, store;

function word() { return `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`; }

function report(text, fault = false) {
  byId("kept").textContent = text;
  byId("kept").className = fault ? "fault" : "";
}

// ---- keeping ----

function saveQueue() {
  try { localStorage.setItem(store, JSON.stringify(queue)); } catch { /* the server is the store */ }
}

function enqueue(entry) {
  queue.push(entry);
  saveQueue();
  return send();
}

async function send() {
  if (sending) return;
  sending = true;
  while (queue.length) {
    report(`keeping ${queue.length} change${queue.length > 1 ? "s" : ""}…`);
    let answer, said = {};
    try {
      answer = await fetch("entry", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(queue[0]) });
      said = await answer.json();
    } catch {
      report(`not kept yet: ${queue.length} in this browser; is the bench still running? Trying again`, true);
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
    if (sent.entry === "finish") finished(said.finished);
    if (!queue.length) report(`${marks.size} mark${marks.size === 1 ? "" : "s"} kept on this machine`);
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

function put(mark, remember = true) {
  const before = marks.get(mark.name) || null;
  marks.set(mark.name, mark);
  if (remember) undone.push([mark.name, before]);
  enqueue({ entry: "put", mark });
  refresh();
}

function drop(name, remember = true) {
  const before = marks.get(name);
  if (!before) return;
  marks.delete(name);
  if (remember) undone.push([name, before]);
  if (selected === name) selected = null;
  enqueue({ entry: "drop", name });
  refresh();
}

function undo() {
  const [name, before] = undone.pop() || [];
  if (!name) return;
  if (before) put(before, false); else drop(name, false);
}

function corner(place) { return place.map(each => Math.round(each * 100) / 100); }

function begin(place) {
  const tool = picked("tool");
  if (!view.inside(place)) { byId("measure").textContent = "outside the image: nothing is marked"; return; }
  if (tool === "point") {
    put({ name: word(), kind: "point", certainty: picked("certainty"), corners: [corner(place)], note: "" });
  } else if (drawing && drawing.kind !== "box") {
    drawing.corners.push(corner(place));
    measured();
  } else if (drawing) {
    drawing.corners[1] = corner(place);
    close();
  } else {
    drawing = { kind: tool === "box" ? "box" : "line", corners: [corner(place)], certainty: picked("certainty"), tool };
  }
  view.redraw();
}

function close() {
  if (!drawing) return false;
  const { kind, corners, certainty, tool } = drawing;
  drawing = null;
  const wide = corners.length > 1 && corners.some(each => Math.hypot(each[0] - corners[0][0], each[1] - corners[0][1]) * view.scale > 3);
  if (tool !== "measure" && wide) put({ name: word(), kind, certainty, corners, note: "" });
  byId("measure").textContent = tool === "measure" ? byId("measure").textContent : "";
  view.redraw();
  return true;
}

function measured() {
  if (!drawing || drawing.corners.length < 2) return;
  const metres = state.image.scale_m;
  const [one, other] = drawing.corners;
  byId("measure").textContent = drawing.kind === "box"
    ? `${lengthWords(Math.abs(other[0] - one[0]), metres)} by ${lengthWords(Math.abs(other[1] - one[1]), metres)}`
    : lengthWords(lengthOf(drawing), metres);
}

function at(x, y) {
  let nearest = null, least = 10;
  for (const mark of marks.values()) {
    const [columns, rows] = [mark.corners.map(each => each[0]), mark.corners.map(each => each[1])];
    const middle = [(Math.min(...columns) + Math.max(...columns)) / 2, (Math.min(...rows) + Math.max(...rows)) / 2];
    for (const place of [middle, ...mark.corners]) {
      const [left, top] = view.toScreen(place), apart = Math.hypot(left - x, top - y);
      if (apart < least) [nearest, least] = [mark.name, apart];
    }
  }
  return nearest;
}

// ---- what is shown ----

function draw(pen) {
  if (byId("outlines").checked) drawOutlines(pen, view, state.outlines);
  if (byId("marks").checked)
    for (const mark of marks.values()) drawMark(pen, view, mark, ...LOOKS[mark.certainty], mark.name === selected);
  if (drawing) drawMark(pen, view, drawing, "#fff", [], false);
}

function refresh() {
  const count = { "sure": 0, "perhaps": 0, "cannot tell": 0 };
  for (const mark of marks.values()) count[mark.certainty]++;
  byId("tally").textContent = Object.entries(count).map(([name, number]) => `${number} ${name}`).join(", ");
  byId("drop").disabled = !selected || Boolean(state.finished);
  byId("list").replaceChildren(...[...marks.values()].map(mark => {
    const item = document.createElement("li"), button = document.createElement("button");
    const size = mark.kind === "point" ? "" : `, ${lengthWords(lengthOf(mark), state.image.scale_m)}`;
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

function finished(day) {
  state.finished = day || "";
  const done = Boolean(state.finished);
  byId("done").hidden = done;
  byId("reopen").hidden = !done;
  byId("said").textContent = done ? `Finished on ${state.finished}. The terminal says what was written; this page may be closed.` : "";
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
    const [x, y] = place(event), pans = event.shiftKey || event.button === 1 || picked("tool") === "pan";
    drag = { x, y, pans, moved: false };
    if (!pans && picked("tool") === "box" && !drawing && !state.finished && !at(x, y)) { begin(view.toImage(x, y)); drag.box = Boolean(drawing); }
  });
  view.host.addEventListener("pointermove", event => {
    const [x, y] = place(event);
    if (drag && Math.hypot(x - drag.x, y - drag.y) > 3) drag.moved = true;
    if (drag && drag.pans) {
      view.pan(x - drag.x, y - drag.y);
      [drag.x, drag.y] = [x, y];
    } else if (drawing) {
      const open = drag && drag.box ? 1 : drawing.corners.length - (drawing.hover ? 1 : 0);
      const here = corner(view.toImage(x, y).map((each, i) => Math.min(Math.max(each, 0), i ? view.rows : view.columns)));
      if (drawing.kind === "box") drawing.corners[1] = here;
      else if (drawing.tool === "measure" || drawing.kind === "line") { drawing.corners.length = Math.max(1, open); drawing.corners.push(here); drawing.hover = true; }
      measured();
      view.redraw();
    }
  });
  view.host.addEventListener("pointerup", event => {
    const was = drag, [x, y] = place(event);
    drag = null;
    if (!was || was.pans) return;
    if (was.box) { if (was.moved) close(); return; }
    if (drawing && drawing.kind !== "box") { if (drawing.hover) { drawing.corners.pop(); drawing.hover = false; } begin(view.toImage(x, y)); return; }
    const name = drawing ? null : at(x, y);
    if (name) select(name);
    else if (!state.finished || picked("tool") === "measure") { selected = null; begin(view.toImage(x, y)); }
  });
  view.host.addEventListener("dblclick", () => close());
  document.addEventListener("keydown", event => {
    if (event.target.matches("input[type=text], input[type=number], textarea") || event.ctrlKey && event.key !== "z" || event.metaKey || event.altKey) return;
    const tools = { p: "point", b: "box", l: "line", m: "measure", v: "pan" }, words = { 1: "sure", 2: "perhaps", 3: "cannot tell" };
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (tools[key]) document.querySelector(`input[value=${tools[key]}]`).checked = true;
    else if (words[key]) certainty(words[key]);
    else if (key === "z") undo();
    else if (key === "h") { byId("marks").checked = !byId("marks").checked; view.redraw(); }
    else if ((key === "Delete" || key === "Backspace") && selected && !state.finished) drop(selected);
    else if (key === "Escape") { drawing = null; selected = null; refresh(); }
    else if (key === "Enter" && event.target === view.host) enter();
    else if (event.target === view.host && movesView(view, event)) { /* moved */ }
    else return;
    event.preventDefault();
  });
}

function enter() {
  const middle = view.toImage(view.width / 2, view.height / 2);
  if (drawing && drawing.hover) { drawing.corners.pop(); drawing.hover = false; close(); return; }
  const last = drawing && drawing.corners[drawing.corners.length - 1];
  if (last && Math.hypot(last[0] - middle[0], last[1] - middle[1]) * view.scale < 3) { close(); return; }
  if (!state.finished) begin(middle);
}

function certainty(name) {
  document.querySelector(`input[name=certainty][value="${name}"]`).checked = true;
  if (selected && !state.finished) put({ ...marks.get(selected), certainty: name });
}

function listenToForm() {
  byId("undo").addEventListener("click", undo);
  byId("drop").addEventListener("click", () => selected && drop(selected));
  for (const id of ["bright", "contrast"])
    byId(id).addEventListener("input", () => {
      view.filter = `brightness(${byId("bright").value}%) contrast(${byId("contrast").value}%)`;
      view.redraw();
    });
  for (const id of ["outlines", "marks"]) byId(id).addEventListener("change", () => view.redraw());
  byId("finish").addEventListener("submit", event => {
    event.preventDefault();
    const share = Number(byId("seen").value) / 100, sure = [...marks.values()].some(mark => mark.certainty !== "cannot tell");
    if (share < 1 && !byId("hidden").value.trim()) { byId("said").textContent = "Say what hid the rest."; byId("hidden").focus(); return; }
    if (!sure && share === 1 && marks.size === 0 && byId("done").dataset.asked !== "yes") {
      byId("done").dataset.asked = "yes";
      byId("said").textContent = `No mark: that says that you looked at the whole scope and saw no ${state.what}. Press Finish again to say so.`;
      return;
    }
    enqueue({ entry: "seen", share, hidden_by: byId("hidden").value });
    enqueue({ entry: "finish" });
  });
  byId("reopen").addEventListener("click", () => { enqueue({ entry: "reopen" }); byId("done").dataset.asked = ""; finished(""); });
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
  try { queue = JSON.parse(localStorage.getItem(store) || "[]"); } catch { queue = []; }
  for (const entry of queue) {
    if (entry.entry === "put") marks.set(entry.mark.name, entry.mark);
    if (entry.entry === "drop") marks.delete(entry.name);
  }
  showTask(state, `${state.counter} counts`);
  showRules(state.rules);
  view = new ImageView(byId("view"), byId("canvas"), state.image, draw);
  view.failed = async name => {
    const said = await fetch(name).then(answer => answer.json()).catch(() => ({ message: "the bench does not answer" }));
    report(said.message || "part of the image cannot be shown", true);
  };
  if (state.share_seen !== null) { byId("seen").value = Math.round(100 * state.share_seen); byId("hidden").value = state.hidden_by; }
  zoomsByWheel(view);
  listen();
  listenToForm();
  finished(state.finished);
  report(`${marks.size} mark${marks.size === 1 ? "" : "s"} kept on this machine`);
  document.body.dataset.ready = "yes";
  window.bench = { view, marks };
  send();
}

start();
