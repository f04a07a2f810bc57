// What all pages do beside being read: light and dark, stale data, copying, addresses, tables.
// Runs before the page is painted. Puts text into the page, never markup.
"use strict";
{
  const root = document.documentElement;
  // What only scripts can do has its room from the start, and is shown.
  root.dataset.scripts = "";
  // A comparison takes the place of the list of what can be compared.
  if (/[?&](p|packages?)=/.test(location.search)) root.dataset.asked = "";

  const all = (selector) => document.querySelectorAll(selector);
  const say = (text) => {
    const place = document.querySelector("[data-said]");
    if (place) place.textContent = text;
  };

  // Light, dark, or as the system has it. A browser may forbid storage: then the choice lasts as long as the page.
  const CHOICES = ["system", "light", "dark"];
  const KEY = "theme";
  const remembered = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const remember = (choice) => {
    try {
      localStorage.setItem(KEY, choice);
    } catch {}
  };
  let choice = CHOICES.find((it) => it === remembered()) ?? "system";
  const apply = () => {
    if (choice === "system") delete root.dataset.theme;
    else root.dataset.theme = choice;
  };
  apply();

  const offerThemes = () => {
    for (const button of all("[data-theme-toggle]")) {
      const label = () => {
        button.textContent = `Theme: ${choice}`;
      };
      button.addEventListener("click", () => {
        choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
        remember(choice);
        apply();
        label();
      });
      label();
      button.hidden = false;
    }
  };

  // Whether newer data should be there can only be known where and when the page is read.
  const DAY = 86_400_000;
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const tellIfStale = () => {
    const newest = Date.parse(document.body.dataset.to);
    const days = Math.floor(Date.now() / DAY) - newest / DAY;
    const place = document.querySelector("[data-stale]");
    // Not a number is not more than two.
    if (!(days > 2) || !place) return;
    const day = new Date(newest);
    const name = `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()}`;
    place.textContent = `The newest data is from ${name}, ${days} days ago.`;
    place.hidden = false;
  };

  // A script of a page that does not come cannot say so itself.
  document.addEventListener(
    "error",
    (event) => {
      if (!event.target.matches?.("script[type=module]")) return;
      root.dataset.explorer = "failed";
      delete root.dataset.asked;
      for (const line of all("[data-explorer-failed]")) line.hidden = false;
    },
    true,
  );

  // The header is finished before it is painted, so that nothing moves.
  new MutationObserver((_, observer) => {
    if (!document.querySelector("main")) return;
    observer.disconnect();
    offerThemes();
    tellIfStale();
  }).observe(root, { childList: true, subtree: true });

  // Copies the text of the element that a button names.
  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy.replace(/^#/, ""));
    if (!source) return;
    const was = button.dataset.label ?? button.textContent;
    button.dataset.label = was;
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      button.textContent = "Copied";
    } catch {
      // Without a secure connection there is no clipboard, but keys always work.
      source.hidden = false;
      getSelection().selectAllChildren(source);
      button.textContent = "Press Ctrl+C";
    }
    say(button.textContent);
    setTimeout(() => {
      button.textContent = was;
      say("");
    }, 2000);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-copy]");
    if (button) copy(button);
  });

  // Addresses of a site that did not know its own when it was made.
  const SOMEWHERE = "https://YOUR-SITE/";
  const home = () => document.querySelector("a.home")?.href ?? "";
  const fillAddresses = () => {
    const site = home();
    if (!site.startsWith("http")) return;
    const filled = (text) =>
      text
        .replaceAll(SOMEWHERE, site)
        .replaceAll(encodeURIComponent(SOMEWHERE), encodeURIComponent(site));
    for (const it of all("[data-address]")) {
      for (const key of ["textContent", "value", "href"]) {
        if (it[key]?.includes?.("YOUR-SITE")) it[key] = filled(it[key]);
      }
      // Without its address it is of no use.
      it.hidden = false;
    }
  };

  // The search box of a table hides the rows without the text.
  const offerSearch = (input) => {
    const count = document.querySelector("[data-count]");
    const rows = [...document.getElementById(input.dataset.search).tBodies[0].rows].map((row) => [
      row,
      row.cells[0].textContent.toLowerCase(),
      row.querySelector("a").pathname,
    ]);
    const search = () => {
      const wanted = input.value.trim().toLowerCase();
      const name = wanted.replace(/[-_.]+/g, "-");
      let found = 0;
      for (const [row, label, path] of rows) {
        const fits = label.includes(wanted) || path.split("/").at(-2).includes(name);
        if (row.hidden === fits) row.hidden = !fits;
        found += fits;
      }
      count.textContent = wanted && `${found} of ${rows.length} projects`;
    };
    input.addEventListener("input", search);
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !input.value) return;
      event.preventDefault();
      input.value = "";
      search();
    });
    // A browser may bring the text back with the page.
    if (input.value) search();
  };

  // Column heads that are buttons. What is not known comes last, in both directions.
  const offerSorting = (head) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    const order = new Intl.Collator("en", { numeric: true });
    const numeric = head.dataset.sort === "number";
    button.addEventListener("click", () => {
      const now = head.ariaSort;
      const down = now ? now === "ascending" : numeric;
      const table = head.closest("table");
      const body = table.tBodies[0];
      const key = (row) => {
        const cell = row.cells[head.cellIndex];
        if (!numeric) return cell.textContent;
        return cell?.dataset.value ? Number(cell.dataset.value) : NaN;
      };
      const compare = (a, b) => (numeric ? a - b : order.compare(a, b));
      const rows = [...body.rows].map((row) => [key(row), row]);
      const known = rows.filter(([it]) => it === it);
      known.sort(([a], [b]) => (down ? compare(b, a) : compare(a, b)));
      const unknown = rows.filter(([it]) => it !== it);
      // Out of the page, ten thousand rows move four times faster.
      body.remove();
      body.append(...[...known, ...unknown].map(([, row]) => row));
      table.append(body);
      for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
    });
  };

  // A project has one address; other spellings of its name lead there.
  const findProject = () => {
    const base = new URL(home()).pathname;
    if (!location.pathname.startsWith(base)) return;
    const [kind, name] = location.pathname.slice(base.length).split("/");
    if (!["projects", "embed"].includes(kind) || !name) return;
    let plain = name;
    try {
      plain = decodeURIComponent(name);
    } catch {}
    plain = plain.toLowerCase().replace(/[-_.]+/g, "-");
    const path = `${base}${kind}/${plain}/`;
    if (!/^[a-z0-9-]+$/.test(plain) || path === location.pathname) return;
    location.replace(path + location.search + location.hash);
  };

  document.addEventListener("DOMContentLoaded", () => {
    if (document.querySelector("[data-not-found]")) findProject();
    for (const button of all("button[data-copy]")) button.hidden = false;
    fillAddresses();
    all("input[data-search]").forEach(offerSearch);
    all("th[data-sort]").forEach(offerSorting);
  });
}
