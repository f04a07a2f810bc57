// Starts the module of the page of comparisons and gets what is compared: of each project the list of its parts and the
// newest one, then the older ones. A project that cannot be had does not stop the others.

const { root, wasm, wasmIntegrity } = document.querySelector("script[data-wasm]").dataset;

let comparison;
// The names of the projects that were asked for.
const asked = new Set();
// What the address asks for and does not get, in words.
let leftOut = "";
// Projects that cannot be had, and those of which only the newer days can, each with why.
const gone = new Map();
const partly = new Map();
// What was added before the module was there.
let queued = "";

// Nothing is typed into the region.
const typed = () => () => {};

async function start() {
  page.dataset.explorer = "loading";
  if (wanted()) tell("Loading what is compared …");
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
    render: (query) => asks(query).render(query),
    render_in_sight: (query, isWide) => asks(query).render_in_sight(query, isWide),
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
  addEventListener("popstate", () => attempt(restore), options);
  listenToTaking(options);
  listenToScreen(options);
  document.comparison = comparison;
  if (wanted()) attempt(restore);
  if (queued) go(comparison.with_projects(shown, queued));
  if (!asked.size) page.dataset.days = "all";
  settle();
}

// The comparison, on a page that is what it was sent as while no projects are asked for.
function asks(query) {
  const names = comparison.wanted(query);
  page.toggleAttribute("data-asked", names.some((it) => !gone.has(it)));
  return comparison;
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
  queued = "";
  tell("");
  for (const line of document.querySelectorAll("[data-explorer-failed]")) {
    line.hidden = false;
    for (const reason of line.querySelectorAll("[data-reason]")) reason.textContent = said(error);
  }
}

async function part({ path, integrity }, priority) {
  return inflated(await bytesOf(await get(root + path, integrity, priority)));
}

// Gets the newest part of a project, and returns the older ones.
async function bring(name) {
  try {
    const response = await fetch(`${root}api/v1/cubes/${name}.json`);
    if (response.status === 404) {
      return lose(name, "is not on this site");
    }
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    const { name: label, parts } = await response.json();
    const [newest, ...older] = parts;
    if (!newest) {
      return lose(name, "has no data yet");
    }
    comparison.open(name, label, await part(newest));
    return older;
  } catch (error) {
    return lose(name, `could not be loaded: ${said(error)}`);
  }
}

function lose(name, why) {
  comparison.lose(name, why);
  gone.set(name, why);
  return [];
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
  tell();
  page.dataset.days = partly.size ? "some" : "all";
}

async function bringOlder(name, parts) {
  for (const it of parts) {
    try {
      comparison.add(name, await part(it, "low"));
    } catch (error) {
      comparison.give_up(name);
      partly.set(name, said(error));
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

const isComing = () => true;

function missing() {
  const names = comparison?.wanted(waiting?.query ?? shown) ?? [];
  const without = names.filter((it) => gone.has(it)).map((it) => `${it} ${gone.get(it)}.`);
  const half = names.filter((it) => partly.has(it)).map((it) => {
    return `Older days of ${it} could not be loaded (${partly.get(it)}): its figures are of the newer days only.`;
  });
  return [leftOut, ...without, ...half, waiting && "Loading what is compared …"].filter(Boolean).join(" ");
}

// Adds the projects of a form: those typed, and those that are marked.
function added(event) {
  const form = event.target.closest?.("form[data-compare]");
  if (!form) return;
  event.preventDefault();
  const names = new FormData(form).getAll("p").join(",");
  form.reset();
  if (!names.trim() || page.dataset.explorer === "failed") return;
  if (comparison) {
    go(comparison.with_projects(waiting?.query ?? shown, names), form);
    return;
  }
  queued = [queued, names].filter(Boolean).join(",");
  tell("Loading what is compared …");
  begin();
}

// The page comes first, unless the address asks for a comparison.
let started;
const begin = () => {
  started ??= start();
};
// From the start, because no address leads where the form would send its projects.
document.addEventListener("submit", added);
const idle = () => (window.requestIdleCallback ?? setTimeout)(begin);
if (wanted()) begin();
else if (document.readyState === "complete") idle();
else addEventListener("load", idle, { once: true });
