// The view on the page: what the module shows for an address goes into the regions, and clicks go to other addresses.
// The page's own script starts it, and says what to do when it fails (`fail`) and what is not there yet (`missing`).

// What the page was sent with, before any script changed it, for when nothing else can be shown any more.
const sentTitle = document.title;
const sentRegions = new Map(
  [...document.querySelectorAll("[data-region]")].map((region) => [region, region.innerHTML]),
);

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

// Shows the view of an address and returns the address as the module writes it.
function show(query, again) {
  const rendered = explorer.render(query);
  try {
    const canonical = rendered.query;
    if (canonical === shown && !again) return canonical;
    const focus = focused();
    const retype = typed();
    const open = new Map();
    for (const it of document.querySelectorAll("details[data-key]")) open.set(it.dataset.key, it.open);
    for (const region of document.querySelectorAll("[data-region]")) {
      const html = rendered.html(region.dataset.region);
      if (html === undefined || html === written.get(region)) continue;
      region.innerHTML = policy.createHTML(html);
      written.set(region, html);
    }
    for (const it of document.querySelectorAll("details[data-key]")) {
      if (open.has(it.dataset.key)) it.open = open.get(it.dataset.key);
    }
    shown = canonical;
    isPartial = !explorer.whole;
    retype();
    link();
    greet();
    focus();
    document.title = rendered.title;
    if (!again) announce(rendered.announcement);
    return canonical;
  } finally {
    rendered.free();
  }
}

// The templates leave out the addresses, so that nothing looks like a link where it cannot be one.
function link(within = document) {
  for (const a of within.querySelectorAll("a[data-view]")) a.setAttribute("href", address(a.dataset.view));
}

// What gives the focus back, once the element that had it has been replaced.
function focused() {
  const active = document.activeElement;
  const key = active?.closest("[data-key]")?.dataset.key;
  const region = active?.closest("[data-region]");
  if (!region) return () => {};
  return () => {
    if (active.isConnected) return;
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
  attempt(() =>
    when(query, () => {
      const before = shown;
      const keep = kept(element);
      const canonical = show(query);
      keep();
      if (canonical !== before) history.pushState(null, "", address(canonical));
    }),
  );
}

// Shows what the address says; one that could be written better is.
function restore() {
  when(wanted(), () => {
    const canonical = show(wanted());
    if (canonical !== wanted()) {
      history.replaceState(history.state, "", address(canonical) + location.hash);
    }
  });
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
  go(explorer.with_dates(shown, String(dates.get("from")), String(dates.get("to"))), form);
}
