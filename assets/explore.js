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
  removeEventListener("popstate", restored);
  if (explorer) {
    for (const [region, html] of sentRegions) region.innerHTML = policy.createHTML(html);
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

// The page comes first, unless the address asks for another view than the page's own.
const idle = () => (window.requestIdleCallback ?? setTimeout)(start);
if (wanted()) start();
else if (document.readyState === "complete") idle();
else addEventListener("load", idle, { once: true });
