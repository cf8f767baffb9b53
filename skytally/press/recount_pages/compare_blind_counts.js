"use strict";
// All marks of several counters on one image, and what they do not agree on.

const byId = id => document.getElementById(id);
const COLOURS = ["#56b4e9", "#e69f00", "#cc79a7", "#f0e442", "#009e73", "#ffffff"];
let state, view, current = -1;

// Disputed objects first, so that both lists count on.
function shown() {
  const agreed = byId("all").checked ? state.objects.filter(each => !each.disputed) : [];
  return [...state.objects.filter(each => each.disputed), ...agreed];
}

function draw(pen) {
  drawOutlines(pen, view, state.outlines);
  shown().forEach((each, i) => {
    for (const [counter, mark] of Object.entries(each.marks))
      drawMark(pen, view, mark, COLOURS[state.counters.indexOf(counter) % COLOURS.length], LOOKS[mark.certainty][1], i === current);
  });
}

function words(each) {
  const said = state.counters.map(counter => `${counter}: ${each.marks[counter] ? each.marks[counter].certainty : "no mark"}`);
  return said.join("; ");
}

function list() {
  const items = shown().map((each, i) => {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.textContent = words(each) + (each.note ? ` — ${each.note}` : "");
    button.addEventListener("click", () => go(i));
    item.setAttribute("aria-current", String(i === current));
    item.append(button);
    return item;
  });
  const disputed = state.objects.filter(each => each.disputed).length;
  byId("list").replaceChildren(...items.slice(0, disputed));
  byId("agreed").replaceChildren(...items.slice(disputed));
  byId("agreed").start = disputed + 1;
  byId("note").disabled = current < 0;
  byId("same").hidden = !byId("all").checked;
  view.redraw();
}

function go(i) {
  const all = shown();
  if (!all.length) return;
  current = (i + all.length) % all.length;
  view.centre(all[current].middle, Math.max(view.scale, 2));
  byId("measure").textContent = words(all[current]);
  byId("note").value = all[current].note;
  list();
}

function report(text, fault = false) {
  byId("kept").textContent = text;
  byId("kept").className = fault ? "fault" : "";
}

async function keepNote() {
  const each = shown()[current], text = byId("note").value.trim();
  if (!each || text === each.note) return;
  let answer, said = {};
  try {
    answer = await fetch("entry", {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ entry: "note", place: each.place, text }),
    });
    said = await answer.json();
  } catch { /* told below */ }
  if (answer && answer.ok) {
    each.note = text;
    report("the note is kept on this machine");
  } else {
    report(`the note is not kept: ${said.message || "is the bench still running? Open the address that the terminal shows"}`, true);
  }
  list();
}

async function start() {
  state = await (await fetch("state.json")).json();
  showTask(state, "Counts of");
  view = new ImageView(byId("view"), byId("canvas"), state.image, draw);
  zoomsByWheel(view);
  let drag = null;
  view.host.addEventListener("pointerdown", event => { view.host.setPointerCapture(event.pointerId); drag = [event.clientX, event.clientY]; });
  view.host.addEventListener("pointermove", event => {
    if (!drag) return;
    view.pan(event.clientX - drag[0], event.clientY - drag[1]);
    drag = [event.clientX, event.clientY];
  });
  view.host.addEventListener("pointerup", () => { drag = null; });
  document.addEventListener("keydown", event => {
    if (event.target === byId("note") || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "n") go(current + 1);
    else if (key === "p") go(current - 1);
    else if (event.key.startsWith("Arrow") && event.target !== view.host) return;
    else if (!movesView(view, event)) return;
    event.preventDefault();
  });
  byId("note").addEventListener("change", keepNote);
  byId("all").addEventListener("change", () => { if (current >= shown().length) current = -1; list(); });
  byId("words").replaceChildren(...state.words.map(text => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }));
  byId("counters").replaceChildren(...state.counters.map((counter, i) => {
    const item = document.createElement("li"), swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.setProperty("background", COLOURS[i % COLOURS.length]);
    item.append(swatch, counter);
    return item;
  }));
  report(`${state.objects.filter(each => each.disputed).length} disputed`);
  list();
  document.body.dataset.ready = "yes";
}

start();
