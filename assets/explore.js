// Starts the module of a project page and passes on: addresses to the module, HTML to the page.
// What a view shows and how it is written in an address is decided in the module alone.

const { project, mirrors, cube, cubeIntegrity, older: olderParts, wasm, wasmIntegrity } =
  document.querySelector("script[data-cube]").dataset;

async function start() {
  page.dataset.explorer = "loading";
  if (wanted()) tell("Loading the view of this address. Until it is there the page shows all downloads.");
  try {
    const [Explorer, bytes] = await Promise.all([
      started(),
      get(cube, cubeIntegrity)
        .then(bytesOf)
        .then((newest) => {
          if (page.dataset.explorer !== "failed") older = askForOlder();
          return inflated(newest);
        }),
    ]);
    explorer = new Explorer(bytes, project, mirrors);
    if (wanted()) restore();
    tell();
    link();
  } catch (error) {
    fail(error);
    return;
  }
  const options = { signal: listening.signal };
  document.addEventListener("click", clicked, options);
  document.addEventListener("submit", submitted, options);
  addEventListener("popstate", () => attempt(restore), options);
  listenToStrip(options);
  listenToSearch(options);
  listenToTaking(options);
  listenToScreen(options);
  page.dataset.explorer = "ready";
  document.explorer = explorer;
  document.dispatchEvent(new CustomEvent("explorer:ready", { detail: explorer }));
  loadOlder();
}

// The module, compiled while the days are on their way.
async function started() {
  const [{ default: init, Explorer }, module] = await Promise.all([import("./web.js"), get(wasm, wasmIntegrity)]);
  await init({ module_or_path: module });
  return Explorer;
}

// From here on the page shows its own figures, as it says, and nothing on it can be clicked.
function fail(error) {
  page.dataset.explorer = "failed";
  listening.abort();
  if (explorer) {
    for (const [region, html] of sentRegions) region.innerHTML = policy.createHTML(html);
    greet();
    document.title = sentTitle;
  }
  tell("");
  for (const line of document.querySelectorAll("[data-explorer-failed]")) {
    line.hidden = false;
    for (const reason of line.querySelectorAll("[data-reason]")) reason.textContent = said(error);
  }
}

// The history comes in parts, the newest first. A view waits for those that it needs.

// Why older days will not come.
let lost;

const isComing = () => !lost;

// The older parts on their way, the newer ones first. They are asked for when the newest has arrived, all at once, so
// that they are inflated while the module starts.
let older = [];

function askForOlder() {
  const parts = olderParts?.split(" ") ?? [];
  const asked = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const part = get(parts[at], parts[at + 1], "low").then(bytesOf).then(inflated);
    // Who waits for it hears of a failure.
    part.catch(() => {});
    asked.push(part);
  }
  return asked;
}

async function loadOlder() {
  for (const part of older) {
    if (page.dataset.explorer !== "ready") return;
    try {
      explorer.add(await part);
    } catch (error) {
      lost = error;
      break;
    }
    if (waiting && explorer.covers(waiting.query)) attempt(() => when(waiting.query, waiting.go));
  }
  older = [];
  // What is being dragged would be taken out of the hand.
  await drag?.taken;
  if (page.dataset.explorer !== "ready") return;
  if (isPartial && explorer.whole) attempt(() => show(shown, "again"));
  tell();
  page.dataset.days = lost ? "some" : "all";
}

function missing() {
  if (lost) {
    return `The days before ${explorer.since} cannot be shown, because they could not be loaded. ${said(lost)}`;
  }
  return waiting ? `Loading the days before ${explorer.since} …` : "";
}

// The page comes first, unless the address asks for another view than the page's own.
const idle = () => (window.requestIdleCallback ?? setTimeout)(start);
if (wanted()) start();
else if (document.readyState === "complete") idle();
else addEventListener("load", idle, { once: true });
