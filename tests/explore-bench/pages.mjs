// The pages of our projects as readers have them: until they can be asked, and from a click to the new layout.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/**
 * How many sets of clicks are measured, each on a page of its own: the processors of a shared machine are slower by half
 * while others use them, for seconds.
 */
const SETS = 4;

const median = (times) => times.toSorted((one, other) => one - other)[times.length >> 1];

/** Notes when the page says that the newest year, and all days, can be filtered. */
const WATCH = () => {
  globalThis.reached = {};
  const look = (_, observer) => {
    const { explorer, days } = document.documentElement.dataset;
    if (explorer === "ready") globalThis.reached.newest ??= performance.now();
    if (explorer === "failed") globalThis.reached.failed = true;
    if (days === "all") globalThis.reached.all ??= performance.now();
    // Readers have nobody who looks on while they click.
    if (globalThis.reached.all || globalThis.reached.failed) observer.disconnect();
  };
  new MutationObserver(look).observe(document, { attributes: true, subtree: true });
};

/** What the explorer asked for, in order: the script that starts it, the module, the parts of the cube. */
const ASKED = () =>
  performance
    .getEntriesByType("resource")
    .filter(({ name }) => /\/(explore|web|web_bg)\.[^/]*$|\.cube$/.test(name))
    .map(({ name, startTime }) => ({ path: new URL(name).pathname, startTime }));

/** From the first byte that is asked for, in milliseconds. */
async function ready(page) {
  await page.waitForFunction(() => globalThis.reached.all || globalThis.reached.failed);
  const { newest, all, failed } = await page.evaluate(() => globalThis.reached);
  if (failed) throw new Error(`${page.url()}: the explorer failed`);
  const asked = await page.evaluate(ASKED);
  // The script that starts it comes with the page.
  const start = Math.min(...asked.slice(1).map(({ startTime }) => startTime));
  return { newest: newest - start, all: all - start, asked };
}

/**
 * Clicks the filter on and off; of each time on, how long until the layout of chart and facets is there, in
 * milliseconds. What follows when that has been painted is done before the next click, as it is for readers.
 */
const CLICKS = async (filter, rounds, warmUps) => {
  const links = () => [...document.querySelectorAll("[data-region=facets] a[data-view]")];
  const without = document.explorer.render(location.search.slice(1)).query;
  const parts = (query) => query.split("&").sort().join("&");
  const to = (query) => {
    const found = links().find((a) => parts(a.dataset.view) === parts(query));
    if (!found) throw new Error(`nothing leads to ${query}`);
    return found;
  };
  const painted = async () => {
    await new Promise(requestAnimationFrame);
    await new Promise((resolve) => setTimeout(resolve));
  };
  const times = [];
  for (let round = -warmUps; round < rounds; round++) {
    for (const query of [`${without}&${filter}`, without]) {
      const link = to(query);
      link.scrollIntoView({ block: "center" });
      await painted();
      const start = performance.now();
      link.click();
      document.body.getBoundingClientRect();
      const time = performance.now() - start;
      if (round >= 0 && query !== without) times.push(time);
      await painted();
      await painted();
    }
  }
  to(`${without}&${filter}`).click();
  return times;
};

/** How long the module takes for what is in sight of the page's view, in milliseconds, and how much HTML that is. */
const RENDERS = (rounds, warmUps) => {
  const query = location.search.slice(1);
  const times = [];
  for (let round = -warmUps; round < rounds; round++) {
    const start = performance.now();
    document.explorer.render_in_sight(query, true).free();
    if (round >= 0) times.push(performance.now() - start);
  }
  const rendered = document.explorer.render_in_sight(query, true);
  const regions = [...document.querySelectorAll("[data-region]")];
  const html = regions.map(({ dataset }) => rendered.html(dataset.region)?.length ?? 0);
  rendered.free();
  return { times, html: html.reduce((sum, it) => sum + it, 0) };
};

/** Measures the page of each project of the plan. */
export async function measurePages(inFreshPage, { site, siteFolder, projects }, { rounds, warmUps, loads }) {
  const measured = {};
  for (const { project, question } of projects) {
    const [one, other, python] = question;
    const query = `range=all&interval=day&split=version&country=${one}&country=${other}`;
    const address = `${site}projects/${project}/`;
    const times = { newest: [], ready: [] };
    let asked;
    for (let round = 0; round < loads; round++) {
      await inFreshPage(address, WATCH, async (page) => {
        const reached = await ready(page);
        times.newest.push(reached.newest);
        times.ready.push(reached.all);
        asked = reached.asked;
      });
    }
    // The parts after the first are not needed for the newest year.
    const cubes = asked.filter(({ path }) => path.endsWith(".cube")).map(({ path }) => path);
    let firstBytes = 0;
    for (const { path } of asked.filter(({ path }) => !cubes.slice(1).includes(path))) {
      const bytes = await readFile(join(siteFolder, path));
      firstBytes += path.endsWith(".cube") ? bytes.length : gzipSync(bytes, { level: 9 }).length;
    }
    const sets = [];
    for (let set = 0; set < SETS; set++) {
      await inFreshPage(`${address}?${query}`, WATCH, async (page) => {
        await ready(page);
        const click = await page.evaluate(CLICKS, `python=${python}`, rounds, warmUps);
        const { times: render, html } = await page.evaluate(RENDERS, rounds, warmUps);
        sets.push({ click, render, html });
      });
    }
    const [click, render] = ["click", "render"].map((key) => sets.flatMap((it) => it[key]));
    const medians = sets.map((it) => median(it.click));
    measured[project] = { ...times, click, render, medians, html: sets[0].html, firstBytes };
    console.error(`           page of ${project}`);
  }
  return measured;
}
