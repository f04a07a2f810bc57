// Starts the module of a project page and passes on: addresses to the module, HTML to the page.
// What a view shows and how it is written in an address is decided in the module alone.

const page = document.documentElement;
const { project, cube, cubeIntegrity, wasm, wasmIntegrity } =
  document.querySelector("script[data-cube]").dataset;

// All HTML of the module passes here, and the page's policy lets no other in.
const policy = window.trustedTypes?.createPolicy("explorer", { createHTML: (html) => html }) ?? {
  createHTML: (html) => html,
};

let explorer;
// The view on the page, as the module writes it. The page is sent with the view without filters.
let shown = "";
// What the page was sent with, for when nothing else can be shown any more.
const sentTitle = document.title;
const sentRegions = new Map(
  [...document.querySelectorAll("[data-region]")].map((region) => [region, region.innerHTML]),
);

const wanted = () => location.search.slice(1);
const address = (query) => location.pathname + (query && `?${query}`);

async function get(url, integrity) {
  const response = await fetch(url, { integrity });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return response;
}

async function inflated(response) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  // A server that sends the file as gzip-encoded has it inflated already.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function start() {
  page.dataset.explorer = "loading";
  try {
    const [{ default: init, Explorer }, module, bytes] = await Promise.all([
      import("./web.js"),
      get(wasm, wasmIntegrity),
      get(cube, cubeIntegrity).then(inflated),
    ]);
    await init({ module_or_path: module });
    explorer = new Explorer(bytes, project);
    if (wanted()) restore();
    link();
  } catch (error) {
    fail(error);
    return;
  }
  document.addEventListener("click", clicked);
  document.addEventListener("submit", submitted);
  document.addEventListener("change", chose);
  addEventListener("popstate", restored);
  page.dataset.explorer = "ready";
  document.explorer = explorer;
  document.dispatchEvent(new CustomEvent("explorer:ready", { detail: explorer }));
}

// From here on the page shows its own figures, as it says, and nothing on it can be clicked.
function fail(error) {
  page.dataset.explorer = "failed";
  document.removeEventListener("click", clicked);
  document.removeEventListener("submit", submitted);
  document.removeEventListener("change", chose);
  removeEventListener("popstate", restored);
  if (explorer) {
    for (const [region, html] of sentRegions) region.innerHTML = policy.createHTML(html);
    greet();
    document.title = sentTitle;
  }
  for (const line of document.querySelectorAll("[data-explorer-failed]")) {
    line.hidden = false;
    for (const reason of line.querySelectorAll("[data-reason]")) {
      reason.textContent = error?.message ?? String(error);
    }
  }
}

// Shows the view of an address and returns the address as the module writes it.
function show(query) {
  const rendered = explorer.render(query);
  try {
    const canonical = rendered.query;
    if (canonical === shown) return canonical;
    const focus = focused();
    const open = new Map();
    for (const it of document.querySelectorAll("details[data-key]")) open.set(it.dataset.key, it.open);
    for (const region of document.querySelectorAll("[data-region]")) {
      const html = rendered.html(region.dataset.region);
      if (html !== undefined) region.innerHTML = policy.createHTML(html);
    }
    for (const it of document.querySelectorAll("details[data-key]")) {
      if (open.has(it.dataset.key)) it.open = open.get(it.dataset.key);
    }
    link();
    greet();
    focus();
    document.title = rendered.title;
    for (const it of document.querySelectorAll("[data-announce]")) it.textContent = rendered.announcement;
    shown = canonical;
    return canonical;
  } finally {
    rendered.free();
  }
}

// The templates leave out the addresses, so that nothing looks like a link where it cannot be one.
function link() {
  for (const a of document.querySelectorAll("a[data-view]")) {
    a.setAttribute("href", address(a.dataset.view));
  }
}

// What gives the focus back, once the element that had it has been replaced.
function focused() {
  const key = document.activeElement?.closest("[data-key]")?.dataset.key;
  const region = document.activeElement?.closest("[data-region]");
  if (!region) return () => {};
  return () => {
    const same = key && document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    const next = same || region.querySelector("a[data-view]") || document.querySelector("a[data-view]");
    next?.focus({ preventScroll: true });
  };
}

// What moves the page so that the successor of `element` is where `element` was: above it, chips come
// and go.
function kept(element) {
  const keyed = element?.closest("[data-key]");
  const top = keyed?.getBoundingClientRect().top;
  return () => {
    const same = keyed && document.querySelector(`[data-key="${CSS.escape(keyed.dataset.key)}"]`);
    const moved = same ? same.getBoundingClientRect().top - top : 0;
    if (moved) scrollBy({ top: moved, behavior: "instant" });
  };
}

function go(query, element) {
  try {
    const before = shown;
    const keep = kept(element);
    const canonical = show(query);
    keep();
    if (canonical !== before) history.pushState(null, "", address(canonical));
  } catch (error) {
    fail(error);
  }
}

// Shows what the address says; one that could be written better is.
function restore() {
  const canonical = show(wanted());
  if (canonical !== wanted()) {
    history.replaceState(history.state, "", address(canonical) + location.hash);
  }
}

function restored() {
  try {
    restore();
  } catch (error) {
    fail(error);
  }
}

function clicked(event) {
  const a = event.target.closest?.("a[data-view]");
  const modified = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  if (!a || modified || event.defaultPrevented) return;
  event.preventDefault();
  go(a.dataset.view, a);
}

function submitted(event) {
  const form = event.target.closest?.("form[data-range]");
  if (!form) return;
  event.preventDefault();
  const dates = new FormData(form);
  go(explorer.with_dates(wanted(), String(dates.get("from")), String(dates.get("to"))), form);
}

// Pointing at the chart: by mouse, finger or the slider below it, which has the arrow keys. The figures come from
// the table of the chart, so this works before the module is there, and without it.

const hint = (step) => `Point at the chart, or move the slider, for the figures of one ${step}.`;

function pointing(element) {
  const area = element?.closest?.(".pointing");
  const rows = area?.closest("section").querySelectorAll(".figures tbody tr");
  if (!rows?.length) return undefined;
  const drawing = [...area.querySelectorAll("svg[data-plot]")].find((it) => it.clientWidth);
  const slider = area.querySelector("[data-pointer]");
  const ends = area.querySelector("[data-plots]").dataset.ends?.split(" ").map(Number);
  // Where a step ends, as a part of all.
  const end = (at) => (ends ? ends[at] / ends.at(-1) : (at + 1) / rows.length);
  return { area, rows, drawing, slider, end };
}

// Shows the figures of a step, counted from the oldest, or of none.
function point({ area, rows, drawing, slider, end }, at) {
  const readout = area.querySelector("[data-readout]");
  let line = area.querySelector(".crosshair");
  if (at === undefined || !drawing) {
    readout.textContent = hint(area.querySelector("[data-plots]").dataset.step);
    line?.remove();
    return;
  }
  const cells = rows[rows.length - 1 - at].cells;
  const heads = area.closest("section").querySelectorAll(".figures thead th");
  const figures = [...cells].slice(1, -1).map((it, at) =>
    cells.length > 3 ? `${heads[at + 1].textContent} ${it.textContent}` : it.textContent);
  const note = cells[cells.length - 1].textContent;
  readout.textContent = `${cells[0].textContent}: ${figures.join(", ")}${note && ` (${note})`}`;
  slider.value = at;
  slider.setAttribute("aria-valuetext", readout.textContent);
  if (!line) {
    line = document.createElement("div");
    line.className = "crosshair";
    area.querySelector("[data-plots]").append(line);
  }
  const [from, to] = drawing.dataset.plot.split(" ").map(Number);
  const middle = (end(at) + (at ? end(at - 1) : 0)) / 2;
  line.style.left = `${((from + middle * (to - from)) * 100) / drawing.viewBox.baseVal.width}%`;
}

function pointed(event) {
  const found = event.target.closest?.("[data-plots]") && pointing(event.target);
  if (!found?.drawing) return;
  const box = found.drawing.getBoundingClientRect();
  const [from, to] = found.drawing.dataset.plot.split(" ").map(Number);
  const x = ((event.clientX - box.left) * found.drawing.viewBox.baseVal.width) / box.width;
  const part = Math.min(Math.max((x - from) / (to - from), 0), 1);
  let at = 0;
  while (at < found.rows.length - 1 && found.end(at) < part) at++;
  point(found, at);
}

// What a mouse pointed at is let go when it leaves; what a finger pointed at stays.
function left(event) {
  const leaves = event.pointerType === "mouse" && event.target.closest?.("[data-plots]");
  if (leaves && !leaves.contains(event.relatedTarget)) point(pointing(leaves));
}

function greet() {
  for (const area of document.querySelectorAll(".pointing")) {
    const found = pointing(area);
    if (found) point(found);
  }
}

document.addEventListener("pointermove", pointed);
document.addEventListener("pointerdown", pointed);
document.addEventListener("pointerout", left);
document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-pointer]")) point(pointing(event.target), Number(event.target.value));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") greet();
});
page.dataset.pointing = "ready";
greet();

// Choosing other days on the strip below the chart. While a handle moves, only the strip follows.

const DAY = 86_400_000;

// As the page writes days: 5 Nov 2026.
const words = (day) => new Date(day).toUTCString().slice(5, 16).replace(/^0/, "");

function strip(element) {
  const all = element?.closest?.("[data-strip]");
  if (!all) return undefined;
  const [one, other] = [...all.querySelectorAll("input")].map((it) => Number(it.value));
  const dates = (at) => new Date(Date.parse(all.dataset.start) + at * DAY).toISOString().slice(0, 10);
  return { all, from: Math.min(one, other), to: Math.max(one, other), dates };
}

document.addEventListener("input", (event) => {
  const chosen = strip(event.target);
  if (!chosen) return;
  const part = 1000 / (Number(event.target.max) + 1);
  const shade = chosen.all.querySelector("rect");
  shade.setAttribute("x", chosen.from * part);
  shade.setAttribute("width", (chosen.to - chosen.from + 1) * part);
  event.target.setAttribute("aria-valuetext", words(chosen.dates(Number(event.target.value))));
  chosen.all.querySelector("[data-from]").textContent = `from ${words(chosen.dates(chosen.from))}`;
  chosen.all.querySelector("[data-to]").textContent = `to ${words(chosen.dates(chosen.to))}`;
});

function chose(event) {
  const chosen = strip(event.target);
  if (!chosen) return;
  const query = explorer.with_dates(wanted(), chosen.dates(chosen.from), chosen.dates(chosen.to));
  go(query, event.target);
}

// The page comes first, unless the address asks for another view than the page's own.
const idle = () => (window.requestIdleCallback ?? setTimeout)(start);
if (wanted()) start();
else if (document.readyState === "complete") idle();
else addEventListener("load", idle, { once: true });
