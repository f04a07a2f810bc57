// Choosing other days on the strip below the chart: with its two sliders, or by dragging on it. Until the choice is
// made only the strip follows.

const DAY = 86_400_000;

// As the page writes days: 5 Nov 2026.
const words = (day) => new Date(day).toUTCString().slice(5, 16).replace(/^0/, "");

function strip(element) {
  const all = element?.closest?.("[data-strip]");
  if (!all) return undefined;
  const inputs = [...all.querySelectorAll("input")];
  const [one, other] = inputs.map((it) => Number(it.value));
  const dates = (at) => new Date(Date.parse(all.dataset.start) + at * DAY).toISOString().slice(0, 10);
  return { all, inputs, last: Number(inputs[0].max), from: Math.min(one, other), to: Math.max(one, other), dates };
}

function follow(element) {
  const { all, inputs, last, from, to, dates } = strip(element);
  const part = 1000 / (last + 1);
  const shade = all.querySelector("rect");
  shade.setAttribute("x", from * part);
  shade.setAttribute("width", (to - from + 1) * part);
  for (const it of inputs) it.setAttribute("aria-valuetext", words(dates(Number(it.value))));
  all.querySelector("[data-from]").textContent = `from ${words(dates(from))}`;
  all.querySelector("[data-to]").textContent = `to ${words(dates(to))}`;
}

function choose(element) {
  const { inputs, from, to, dates } = strip(element);
  go(explorer.with_dates(shown, dates(from), dates(to)), inputs[0]);
}

// How near to an end of the chosen days one takes hold of that end, in pixels.
const NEAR = 12;

// What is being dragged. While it is, `taken` is a promise of its end.
let drag;

// What the pointer takes hold of: an end of the chosen days, all of them, or new ones.
function grab(event) {
  const drawing = event.target.closest?.("[data-strip] svg");
  if (!drawing || event.button || !event.isPrimary) return;
  const { inputs, last, from, to } = strip(drawing);
  const box = drawing.getBoundingClientRect();
  const at = (x) => ((x - box.left) / box.width) * (last + 1);
  const [start, near] = [at(event.clientX), (NEAR / box.width) * (last + 1)];
  // Within narrow ones there is room left to take hold of all.
  const within = Math.min(near, (to + 1 - from) / 4);
  const inside = from <= start && start <= to + 1;
  let kind = inside && to - from < last ? "all" : "new";
  if (start > to + 1 - within && start < to + 1 + near) kind = "to";
  if (start > from - near && start < from + within) kind = "from";
  drag = { drawing, inputs, last, from, to, at, start, kind, x: event.clientX, moved: false };
  drag.taken = new Promise((done) => {
    drag.done = done;
  });
  drawing.setPointerCapture(event.pointerId);
}

function dragged(event) {
  if (!drag || !event.isPrimary) return;
  drag.moved ||= Math.abs(event.clientX - drag.x) > 3;
  if (drag.moved) hold(drag.at(event.clientX));
}

const clamped = (least, it, most) => Math.min(Math.max(least, it), most);

// Sets the two ends as the pointer has them, which is at this day.
function hold(at) {
  const { inputs, last, from, to, start, kind } = drag;
  const day = (it) => clamped(0, Math.floor(it), last);
  const by = clamped(-from, Math.round(at - start), last - to);
  const [one, other] = {
    from: [clamped(0, Math.round(at), last), to],
    to: [from, clamped(0, Math.round(at) - 1, last)],
    all: [from + by, to + by],
    new: [day(start), day(at)],
  }[kind];
  inputs[0].value = Math.min(one, other);
  inputs[1].value = Math.max(one, other);
  follow(drag.drawing);
}

function dropped(event) {
  if (!drag || !event.isPrimary) return;
  const { drawing, from, to, start, kind, moved } = drag;
  if (!moved && kind === "new") {
    // A click beside the chosen days brings them there.
    drag.kind = "all";
    drag.start = (from + to + 1) / 2;
    hold(start);
  }
  release();
  const now = strip(drawing);
  if (now.from !== from || now.to !== to) choose(drawing);
}

function release() {
  drag?.done();
  drag = undefined;
}

// All is as it was before.
function letGo() {
  if (!drag) return;
  drag.inputs[0].value = drag.from;
  drag.inputs[1].value = drag.to;
  follow(drag.drawing);
  release();
}

function listenToStrip(options) {
  document.addEventListener("input", (event) => strip(event.target) && follow(event.target), options);
  document.addEventListener("change", (event) => strip(event.target) && choose(event.target), options);
  document.addEventListener("pointerdown", grab, options);
  document.addEventListener("pointermove", dragged, options);
  document.addEventListener("pointerup", dropped, options);
  document.addEventListener("pointercancel", letGo, options);
  document.addEventListener("keydown", (event) => event.key === "Escape" && letGo(), options);
}
