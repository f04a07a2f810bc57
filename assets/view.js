// The view on the page: what the module shows for an address goes into the regions, and clicks go to other addresses.
// The page's own script starts it, and says what to do when it fails (`fail`), what is not there yet (`missing`), and
// whether that may still come (`isComing`).

// What the page was sent with, before any script changed it, for when nothing else can be shown any more.
const sentTitle = document.title;
const sentRegions = new Map(
  [...document.querySelectorAll("[data-region]")].map((region) => [region, region.innerHTML]),
);

// Where stands what is to be copied by hand.
const byHand = document.querySelectorAll("pre[id^='take-']");

let explorer;
// The view on the page, as the module writes it. The page is sent with the view without filters.
let shown = "";
// Whether what is on the page was made while older days were missing.
let isPartial = false;
// What stands in the regions, as the module wrote it.
const written = new Map();
const listening = new AbortController();

const wanted = () => location.search.slice(1);
const address = (query) => location.pathname + (query && `?${query}`);

// What is said twice has another end, or it would not be read out.
function announce(text) {
  for (const it of document.querySelectorAll("[data-announce]")) {
    it.textContent = it.textContent === text ? `${text}\u00a0` : text;
  }
}

const said = (error) => error?.message ?? String(error);

function attempt(action) {
  try {
    action();
  } catch (error) {
    fail(error);
  }
}

// What is to be done once its days are there: a query and how to go to it.
let waiting;

// Keys that an address may have several times.
const MANY = /^(p|version|python|country|installer|system|type|audience|cpu|minor|major)$/;
const DAYS = ["range", "from", "to"];

// What is chosen while another choice waits for its days is added to that choice: the links on the page lead on from
// the view that it shows.
function onTop(query) {
  if (!waiting || !isComing()) return query;
  const pairs = (text) => [...new URLSearchParams(text)].map((it) => JSON.stringify(it));
  const [before, after] = [pairs(shown), pairs(query)];
  const added = after.filter((it) => !before.includes(it));
  const gone = before.filter((it) => !after.includes(it));
  const keys = [...added, ...gone].map((it) => JSON.parse(it)[0]).filter((it) => !MANY.test(it));
  if (keys.some((it) => DAYS.includes(it))) keys.push(...DAYS);
  const kept = pairs(waiting.query).filter((it) => !gone.includes(it) && !keys.includes(JSON.parse(it)[0]));
  return new URLSearchParams([...kept, ...added].map((it) => JSON.parse(it))).toString();
}

// Goes to a view, now or as soon as its days are there.
function when(query, go) {
  waiting = undefined;
  if (explorer.covers(query)) go();
  else waiting = { query, go };
  tell();
}

// One line on what is not there.
function tell(text = missing()) {
  for (const it of document.querySelectorAll("[data-missing]")) {
    if (it.textContent !== text) it.textContent = text;
  }
}

// Which of the two drawings of a chart the style sheet shows.
const wide = matchMedia("(min-width: 760px)");

// Shows the view of an address and returns the address as the module writes it: at once what is in sight, then the
// regions below, unless all of it is to be printed.
function show(query, again, extent = "in sight") {
  const rendered = extent === "whole" ? explorer.render(query) : explorer.render_in_sight(query, wide.matches);
  try {
    const canonical = rendered.query;
    if (canonical === shown && !again) return canonical;
    const focus = focused();
    const retype = typed();
    const later = extent === "in sight" ? rendered.html(LATER) : undefined;
    write(rendered, canonical, later === undefined ? undefined : LATER);
    const [before, changed] = [shown, again ? [] : changes(shown, canonical)];
    shown = canonical;
    isPartial = !explorer.whole;
    page.toggleAttribute("data-filtered", document.querySelector(".chips") !== null);
    retype();
    link(document, ":not([href])");
    greet();
    focus();
    document.title = canonical ? rendered.title : sentTitle;
    // What was opened to be copied by hand is of the view before.
    if (canonical !== before) for (const it of byHand) it.hidden = true;
    finish(changed, extent, later);
    const { announcement } = rendered;
    if (!again) unsaid = () => told(changed) ?? announcement;
    return canonical;
  } finally {
    rendered.free();
  }
}

function write(rendered, query, without) {
  for (const region of sentRegions.keys()) {
    const name = region.dataset.region;
    if (name !== without) put(region, rendered.html(name));
  }
  for (const it of document.querySelectorAll("details[data-folded][open]")) unfold(it, query);
}

function put(region, html) {
  if (html === undefined || html === written.get(region)) return;
  renew(region, html);
  written.set(region, html);
}

// The region that only leads on, which can follow a frame later.
const LATER = "controls";

// What is done when the page has been painted: the last of it only.
let afterPaint;
// What is then to be said, and how the view gets into the history.
let unsaid;
let unrecorded;

function whenPainted(action) {
  afterPaint = action;
  const act = () => afterPaint === action && catchUp();
  // What cannot be seen is not painted.
  if (document.hidden) setTimeout(act);
  else requestAnimationFrame(() => setTimeout(act));
}

// Does now what waits for the page to be painted, before anything else is done. Returns whether there is an explorer to
// go on with.
function catchUp() {
  const action = afterPaint;
  afterPaint = undefined;
  const works = () => page.dataset.explorer !== "failed";
  if (action && works()) attempt(action);
  return works();
}

// The key of what was clicked, which stays where it is when the controls above it follow.
let held;

// What follows: the place in the history, the controls, the regions below, unless they are there or what changed is
// shown in them alone, the addresses of links, and what is read out.
function finish(changed, extent, later) {
  const isBelow = only(changed, "drop", "over");
  if (isBelow) showBelow();
  whenPainted(() => {
    unrecorded?.();
    unrecorded = undefined;
    const [focus, keep] = [focused(), kept(held && keyed(held))];
    put(document.querySelector(`[data-region=${LATER}]`), later);
    focus();
    keep();
    if (!isBelow && extent !== "whole") showBelow();
    link();
    if (unsaid) announce(unsaid());
    unsaid = undefined;
  });
}

function showBelow() {
  if (!explorer.render_below) return;
  const rendered = explorer.render_below(shown, wide.matches);
  const [focus, keep] = [focused(), kept(document.activeElement)];
  write(rendered, shown);
  rendered.free();
  link(document, ":not([href])");
  focus();
  keep();
}

const only = (changed, ...keys) => changed.length > 0 && changed.every((it) => keys.includes(it));

// Gets a long list that is folded away, which comes when it is asked for.
function unfold(details, query) {
  const { folded } = details.dataset;
  if (!folded) return;
  delete details.dataset.folded;
  details.insertAdjacentHTML("beforeend", policy.createHTML(explorer.folded(query, folded)));
}

// A drawing that was not in sight may be now, and on paper all may be.
function listenToScreen(options) {
  const anew = (extent) => written.size && attempt(() => show(shown, "again", extent));
  wide.addEventListener("change", () => anew(), options);
  document.addEventListener("visibilitychange", () => document.hidden && catchUp(), options);
  addEventListener("beforeprint", () => anew("whole"), options);
  const unfolded = (event) => {
    if (!event.target.matches("details[data-folded][open]")) return;
    unfold(event.target, shown);
    link(event.target);
  };
  document.addEventListener("toggle", (event) => attempt(() => unfolded(event)), { ...options, capture: true });
}

// The keys in which two queries differ.
function changes(one, other) {
  const [a, b] = [new URLSearchParams(one), new URLSearchParams(other)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((it) => `${a.getAll(it)}` !== `${b.getAll(it)}`);
}

// What is said of a change that the chart does not show. `undefined` if it does.
function told(changed) {
  if (only(changed, "drop", "over")) {
    const sentences = document.querySelectorAll("[data-region=support] [data-says]");
    return [...sentences].map((it) => it.textContent).join(" ") || undefined;
  }
  if (only(changed, "group") && !new URLSearchParams(shown).getAll("split").includes("version")) {
    const groups = [...document.querySelectorAll("[data-region=controls] fieldset")];
    const versions = groups.find((it) => it.querySelector("legend").textContent === "Versions");
    const choice = versions?.querySelector("[aria-current]")?.textContent;
    return choice && `Versions: ${choice}.`;
  }
  return undefined;
}

// The templates leave out the addresses, so that nothing looks like a link where it cannot be one. Clicks go by what the
// module wrote; the address is for whoever copies it or opens it elsewhere, so that it may follow a frame later.
function link(within = document, which = "") {
  for (const a of within.querySelectorAll(`a[data-view]${which}`)) {
    const href = address(a.dataset.view);
    if (a.getAttribute("href") !== href) a.setAttribute("href", href);
  }
}

const keyed = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`);

// What gives the focus back, once the element that had it has been replaced, or stands for something else.
function focused() {
  const active = document.activeElement;
  const key = active?.closest("[data-key]")?.dataset.key;
  const region = active?.closest("[data-region]");
  if (!active || active === document.body) return () => {};
  return () => {
    // A form may be hidden by what it led to.
    const is = active.closest("[data-key]")?.dataset.key;
    if (active.isConnected && is === key && active.getClientRects().length) return;
    const same = key && keyed(key);
    const near = region?.querySelector("a[data-view]") || document.querySelector("[data-region] a[data-view]");
    (same || near || document.querySelector("#ask"))?.focus({ preventScroll: true });
  };
}

// What moves the page so that the successor of `element` is where `element` was: above it, chips come
// and go.
function kept(element) {
  const own = element?.closest("[data-key]");
  const top = own?.getBoundingClientRect().top;
  return () => {
    const same = own && keyed(own.dataset.key);
    const moved = same ? same.getBoundingClientRect().top - top : 0;
    if (moved) scrollBy({ top: moved, behavior: "instant" });
  };
}

// Writes an address into the history. A browser may refuse that if many come in a short time; the view is there all
// the same.
function record(method, canonical) {
  try {
    history[method](history.state, "", address(canonical) + (method === "replaceState" ? location.hash : ""));
  } catch (error) {
    console.info(error);
  }
}

// A control that is moved in steps has one place in the history, not one for each step.
const STEADY = 1_000;
let stepped = { key: undefined, at: 0 };

function go(query, element) {
  if (!catchUp()) return;
  held = element?.closest?.("[data-key]")?.dataset.key;
  const wish = onTop(query);
  const key = element?.closest?.("[data-strip]") && element.dataset.key;
  attempt(() =>
    when(wish, () => {
      const before = shown;
      const keep = kept(element);
      const canonical = show(wish);
      keep();
      const again = key && key === stepped.key && performance.now() - stepped.at < STEADY;
      stepped = { key, at: performance.now() };
      if (canonical !== before) unrecorded = () => record(again ? "replaceState" : "pushState", canonical);
    }),
  );
  // Who asks for what will not come has to hear it, though it stands there already.
  if (waiting && !isComing()) announce(missing());
}

// Shows what the address says; one that could be written better is.
function restore() {
  // The history is already elsewhere.
  [unrecorded, held] = [];
  if (!catchUp()) return;
  // Only the place on the page is another: what is waited for goes on.
  if (waiting && wanted() === shown) return;
  when(wanted(), () => {
    const canonical = show(wanted());
    if (canonical !== wanted()) record("replaceState", canonical);
  });
}

function clicked(event) {
  const a = event.target.closest?.("a[data-view]");
  const key = a?.dataset.key;
  // Also before any other link is followed, for the sake of the history.
  if (!catchUp()) return;
  const modified = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  if (!a || modified || event.defaultPrevented) return;
  event.preventDefault();
  // It may stand for another choice now, or be gone.
  const same = key && !(a.isConnected && a.dataset.key === key) ? keyed(key) : a;
  if (same) go(same.dataset.view, same);
}

function submitted(event) {
  const form = event.target.closest?.("form[data-range]");
  if (!form) return;
  event.preventDefault();
  const dates = new FormData(form);
  go(explorer.with_dates(shown, String(dates.get("from")), String(dates.get("to"))), form);
}
