// Starts the module of the page of comparisons and gets what is compared: of each project the list of its parts and the
// newest one, then the older ones. A project that cannot be had does not stop the others.

const { root, wasm, wasmIntegrity } = document.querySelector("script[data-wasm]").dataset;

let comparison;
// The names of the projects that were asked for.
const asked = new Set();
// What the address asks for and does not get, in words.
let leftOut = "";

// Nothing is typed into the region.
const typed = () => () => {};

async function start() {
  page.dataset.explorer = "loading";
  try {
    const [{ default: init, Comparison }, module] = await Promise.all([
      import("./web_compare.js"),
      get(wasm, wasmIntegrity),
    ]);
    await init({ module_or_path: module });
    comparison = new Comparison();
  } catch (error) {
    fail(error);
    return;
  }
  // What stands for the explorer of a project: it gets the projects of an address before it shows them.
  explorer = {
    covers: (query) => {
      leftOut = comparison.left_out(query);
      want(query);
      return comparison.covers(query);
    },
    render: (query) => {
      // Without projects the page is what it was sent as.
      page.toggleAttribute("data-asked", comparison.wanted(query).length > 0);
      return comparison.render(query);
    },
    figures: (query) => comparison.figures(query),
    with_dates: (query, from, to) => comparison.with_dates(query, from, to),
    take: (query, kind, address) => comparison.take(query, kind, address),
    get whole() {
      return comparison.whole;
    },
  };
  const options = { signal: listening.signal };
  document.addEventListener("click", clicked, options);
  document.addEventListener("submit", submitted, options);
  document.addEventListener("submit", added, options);
  addEventListener("popstate", () => attempt(restore), options);
  listenToTaking(options);
  document.comparison = comparison;
  if (wanted()) attempt(restore);
  if (!asked.size) page.dataset.days = "all";
  settle();
}

// Everything on the page works from when nobody waits any more.
function settle() {
  if (!waiting && page.dataset.explorer === "loading") page.dataset.explorer = "ready";
}

// From here on nothing is compared on the page, as it says.
function fail(error) {
  page.dataset.explorer = "failed";
  listening.abort();
  page.removeAttribute("data-asked");
  for (const region of document.querySelectorAll("[data-region]")) region.replaceChildren();
  tell("");
  for (const line of document.querySelectorAll("[data-explorer-failed]")) {
    line.hidden = false;
    for (const reason of line.querySelectorAll("[data-reason]")) reason.textContent = said(error);
  }
}

async function part({ path, integrity }, priority) {
  return inflated(await get(root + path, integrity, priority));
}

// Gets the newest part of a project, and returns the older ones.
async function bring(name) {
  try {
    const response = await fetch(`${root}api/v1/cubes/${name}.json`);
    if (response.status === 404) {
      comparison.lose(name, "is not on this site");
      return [];
    }
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    const { name: label, parts } = await response.json();
    const [newest, ...older] = parts;
    if (!newest) {
      comparison.lose(name, "has no data yet");
      return [];
    }
    comparison.open(name, label, await part(newest));
    return older;
  } catch (error) {
    comparison.lose(name, `could not be loaded: ${said(error)}`);
    return [];
  }
}

// Gets what is not there yet: the newest part of each project, then the older ones.
async function want(query) {
  const names = comparison.wanted(query).filter((name) => !asked.has(name));
  if (!names.length) return;
  for (const name of names) asked.add(name);
  delete page.dataset.days;
  const newest = names.map((name) => bring(name));
  for (const it of newest) it.then(retry);
  const older = await Promise.all(newest);
  await Promise.all(names.map((name, at) => bringOlder(name, older[at])));
  if (page.dataset.explorer === "failed" || !explorer.whole) return;
  if (isPartial) attempt(() => show(shown, "again"));
  page.dataset.days = "all";
}

async function bringOlder(name, parts) {
  for (const it of parts) {
    try {
      comparison.add(name, await part(it, "low"));
    } catch {
      comparison.give_up(name);
      return retry();
    }
    retry();
  }
}

// Shows what somebody waits for, if it is there now.
function retry() {
  if (page.dataset.explorer === "failed") return;
  if (waiting && comparison.covers(waiting.query)) attempt(() => when(waiting.query, waiting.go));
  settle();
}

function missing() {
  return [leftOut, waiting && "Loading what is compared …"].filter(Boolean).join(" ");
}

// Adds the projects of a form: those typed, and those that are marked.
function added(event) {
  const form = event.target.closest?.("form[data-compare]");
  if (!form) return;
  event.preventDefault();
  const names = new FormData(form).getAll("p").join(",");
  form.reset();
  if (names.trim()) go(comparison.with_projects(shown, names), form);
}

// The page comes first, unless the address asks for a comparison.
const idle = () => (window.requestIdleCallback ?? setTimeout)(start);
if (wanted()) start();
else if (document.readyState === "complete") idle();
else addEventListener("load", idle, { once: true });
