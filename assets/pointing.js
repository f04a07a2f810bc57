// Pointing at the chart: by mouse, finger or the slider below it, which has the arrow keys. The figures come from
// the table of the chart, so this works before the module is there, and without it.

// Where slider and crosshair are is no attribute of theirs: the policy lets no HTML in that has one.
const places = new CSSStyleSheet();
places.replaceSync(".pointer {} .crosshair {}");
document.adoptedStyleSheets.push(places);
const [ofSlider, ofLine] = [...places.cssRules].map((it) => it.style);

const hint = (step) => `Point at the chart, or move the slider, for the figures of one ${step}.`;

function pointing(element) {
  const area = element?.closest?.(".pointing");
  if (!area) return undefined;
  const drawing = [...area.querySelectorAll("svg[data-plot]")].find((it) => it.clientWidth);
  const slider = area.querySelector("[data-pointer]");
  const count = Number(slider.max) + 1;
  const ends = area.querySelector("[data-plots]").dataset.ends?.split(" ").map(Number);
  // Where a step ends, as a part of all.
  const end = (at) => (ends ? ends[at] / ends.at(-1) : (at + 1) / count);
  // Where its middle is, in hundredths of the width of the drawing.
  const [from, to] = drawing?.dataset.plot.split(" ").map(Number) ?? [];
  const place = (at) => {
    const middle = (end(at) + (at ? end(at - 1) : 0)) / 2;
    return ((from + middle * (to - from)) * 100) / drawing.viewBox.baseVal.width;
  };
  return { area, count, drawing, slider, end, place };
}

// The rows of figures. A long table comes when it is asked for.
function rowsOf(section) {
  const body = section.querySelector(".figures tbody");
  if (body.matches("[data-later]")) {
    body.innerHTML = policy.createHTML(explorer.figures(shown));
    body.removeAttribute("data-later");
  }
  return body.rows;
}

// What stands there already is not laid out again.
function tellIn(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Shows the figures of a step, counted from the oldest, or of none. With many lines they stand in the legend.
function point({ area, count, drawing, slider, place }, at) {
  const section = area.closest("section");
  const readout = area.querySelector("[data-readout]");
  const legend = [...section.querySelectorAll("[data-figure]")];
  let line = area.querySelector(".crosshair");
  if (at === undefined || !drawing) {
    tellIn(readout, hint(area.querySelector("[data-plots]").dataset.step));
    for (const it of legend) tellIn(it, it.dataset.figure);
    slider.setAttribute("aria-valuetext", "no figures shown");
    line?.remove();
    return;
  }
  const cells = [...rowsOf(section)[count - 1 - at].cells].map((it) => it.textContent);
  const heads = section.querySelectorAll(".figures thead th");
  const [when, note, counts] = [cells[0], cells.at(-1), cells.slice(1, -1)];
  const told = counts.map((it, at) => (legend.length ? `${heads[at + 1].textContent} ${it}` : it));
  const words = (all) => [when, all].filter(Boolean).join(": ") + (note && ` (${note})`);
  tellIn(readout, words(legend.length ? "" : told.join(", ")));
  legend.forEach((it, at) => tellIn(it, counts[at]));
  slider.value = at;
  slider.setAttribute("aria-valuetext", words(told.join(", ")));
  if (!line) {
    line = document.createElement("div");
    line.className = "crosshair";
    area.querySelector("[data-plots]").append(line);
  }
  ofLine.left = `${place(at)}%`;
}

function pointed(event) {
  const found = event.target.closest?.("[data-plots]") && pointing(event.target);
  if (!found?.drawing) return;
  const box = found.drawing.getBoundingClientRect();
  const [from, to] = found.drawing.dataset.plot.split(" ").map(Number);
  const x = ((event.clientX - box.left) * found.drawing.viewBox.baseVal.width) / box.width;
  const part = Math.min(Math.max((x - from) / (to - from), 0), 1);
  let at = 0;
  while (at < found.count - 1 && found.end(at) < part) at++;
  point(found, at);
}

// What a mouse pointed at is let go when it leaves; what a finger pointed at stays.
function left(event) {
  const leaves = event.pointerType === "mouse" && event.target.closest?.("[data-plots]");
  const found = leaves && !leaves.contains(event.relatedTarget) && pointing(leaves);
  if (found) point(found);
}

// The handle of the slider, 24 pixels wide, runs from the first step of the drawing to the last.
function inset({ count, drawing, place }) {
  if (!drawing) return;
  const [first, last] = [place(0), place(count - 1)];
  // Writing to a style sheet costs as much as all else on the page, and the drawing is seldom another.
  const insets = `${first} ${last}`;
  if (insets === inset.written) return;
  inset.written = insets;
  ofSlider.marginLeft = `calc(${first}% - 12px)`;
  ofSlider.width = `calc(${last - first}% + 24px)`;
}

const areas = () => [...document.querySelectorAll(".pointing")].map(pointing).filter(Boolean);

function greet() {
  // Its rows were those of the view before. They come before anything is laid out, so that the table stays scrolled.
  for (const it of document.querySelectorAll("details.figures[open]")) rowsOf(it.closest("section"));
  for (const found of areas()) {
    inset(found);
    point(found);
  }
}

document.addEventListener("pointermove", pointed);
document.addEventListener("pointerdown", pointed);
document.addEventListener("pointerout", left);
document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-pointer]")) point(pointing(event.target), Number(event.target.value));
});
document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches("details.figures[open]")) rowsOf(event.target.closest("section"));
  },
  true,
);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") greet();
});
document.addEventListener("focusin", (event) => {
  // A click on it has a place of its own.
  if (event.target.matches?.("[data-pointer]:focus-visible")) point(pointing(event.target), Number(event.target.value));
});
// Another width may show another drawing. Another height is often that of the browser's own bars.
let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === width) return;
  width = innerWidth;
  greet();
});
page.dataset.pointing = "ready";
greet();
