// Measures all engines in Chromium: node measure.mjs PLAN
//
// PLAN is a JSON file, see `xtask/src/bench/explore.rs`, which also reads what this prints: JSON with times in
// milliseconds and sizes in bytes.

import { readFile, stat } from "node:fs/promises";
import { cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import puppeteer from "puppeteer-core";
import { measurePages } from "./pages.mjs";

/** How often each engine is loaded and asked. The first questions do not count: code is compiled meanwhile. */
const LOADS = 20;
const ROUNDS = 20;
const WARM_UPS = 3;

/** How long one answer of the browser may take, in milliseconds. */
const PATIENCE = 120_000;

const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * The engines, and what each loads beside its own script and the files of `parts`. The scripts of our modules are also
 * within our own, but smaller than the site sends them: they are counted as they are sent.
 */
const ENGINES = {
  module: { files: ["web/web.js", "web/web_bg.wasm"], parts: true },
  engine: { files: ["engine/explore_bench.js", "engine/explore_bench_bg.wasm"], parts: true },
  crossfilter: { files: ["table.arrow.gz"] },
  arquero: { files: ["table.arrow.gz"] },
  "duckdb-parquet": { files: ["table.parquet", ...duckdb("duckdb-1.28")] },
  "duckdb-arrow": { files: ["table.arrow.gz", ...duckdb("duckdb-1.32")] },
};

function duckdb(folder) {
  return [`${folder}/duckdb-browser-eh.worker.js`, `${folder}/duckdb-eh.wasm`];
}

/** Puts the engines where the server finds them. */
async function install(folder) {
  await build({
    entryPoints: Object.keys(ENGINES).map((name) => join(HERE, `${name}.mjs`)),
    outdir: join(folder, "engines"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    format: "esm",
    alias: { web: join(folder, "web", "web.js"), engine: join(folder, "engine", "explore_bench.js") },
    logLevel: "warning",
  });
  for (const [to, from] of [
    ["duckdb-1.28", "duckdb-wasm-with-parquet"],
    ["duckdb-1.32", "@duckdb/duckdb-wasm"],
  ]) {
    for (const file of ["duckdb-browser-eh.worker.js", "duckdb-eh.wasm"]) {
      cpSync(join(HERE, "node_modules", from, "dist", file), join(folder, to, file));
    }
  }
  for (const file of ["page.mjs", "index.html"]) cpSync(join(HERE, file), join(folder, file));
}

/** What travels, in bytes, if the server compresses what is not compressed yet. */
async function travels(folder, files) {
  const sizes = files.map(async (file) => {
    const bytes = await readFile(join(folder, file));
    return /\.(parquet|gz)$/.test(file) ? bytes.length : gzipSync(bytes, { level: 9 }).length;
  });
  return (await Promise.all(sizes)).reduce((sum, it) => sum + it, 0);
}

/** How long one looks at what the browser does, and how much CPU time in it is quiet; both in milliseconds. */
const LOOK = 100;
const QUIET = 5;

/** In how many looks one after the other it has to be. */
const LOOKS = 3;

/**
 * Waits until the processes of the browser do next to nothing: for each new window Chromium starts some for its own
 * surface, which take the processors from the page for half a second.
 */
async function untilQuiet(browser) {
  const client = await browser.target().createCDPSession();
  const times = async () => {
    const { processInfo } = await client.send("SystemInfo.getProcessInfo");
    return new Map(processInfo.map(({ id, cpuTime }) => [id, cpuTime * 1000]));
  };
  const end = performance.now() + PATIENCE;
  for (let before = await times(), looks = 0; looks < LOOKS; ) {
    if (performance.now() > end) throw new Error("the browser is never quiet");
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    const now = await times();
    const ended = [...before.keys()].some((id) => !now.has(id));
    const busy = [...now].reduce((sum, [id, time]) => sum + time - (before.get(id) ?? 0), 0);
    looks = !ended && busy < QUIET ? looks + 1 : 0;
    before = now;
  }
  await client.detach();
}

/** Opens a page that shares nothing with those before, does the work, and closes it. */
async function inFreshPage(browser, address, onNew, work) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  if (onNew) await page.evaluateOnNewDocument(onNew);
  page.on("pageerror", (error) => console.error(`${address}: ${error}`));
  await untilQuiet(browser);
  await page.goto(address, { waitUntil: "load" });
  const done = await work(page);
  await context.close();
  return done;
}

/** What a page and its workers hold after everything that is not needed is gone, in bytes. */
async function memory(page) {
  const clients = [await page.createCDPSession(), ...page.workers().map((worker) => worker.client)];
  let sum = 0;
  for (const client of clients) {
    await client.send("HeapProfiler.enable");
    await client.send("HeapProfiler.collectGarbage");
    const { usedSize, backingStorageSize } = await client.send("Runtime.getHeapUsage");
    sum += usedSize + backingStorageSize;
  }
  return sum;
}

/** The memory of the WebAssembly of a page or its worker, in bytes. */
async function wasmMemory(page) {
  let sum = await page.evaluate(() => globalThis.engine.memory?.buffer.byteLength ?? 0);
  for (const worker of page.workers()) sum += await worker.evaluate(() => self.memory?.buffer.byteLength ?? 0);
  return sum;
}

async function measureEngine(browser, { address, folder }, name, project) {
  const measured = { ready: [] };
  for (let round = 0; round < LOADS; round++) {
    await inFreshPage(browser, address, undefined, async (page) => {
      const empty = await memory(page);
      await untilQuiet(browser);
      measured.ready.push(await page.evaluate((...given) => globalThis.load(...given), name, project));
      if (round < LOADS - 1) return;
      const ask = (work) => page.evaluate((...given) => globalThis.ask(...given), ROUNDS, WARM_UPS, work);
      measured.question = await ask("ask");
      measured.figures = await page.evaluate(() => globalThis.text());
      if (name === "crossfilter") measured.oneMore = await ask("askOneMore");
      measured.heap = (await memory(page)) - empty;
      measured.wasm = await wasmMemory(page);
      for (const key of ["rows", "decoded", "inflated"]) {
        measured[key] = await page.evaluate((key) => globalThis.engine[key], key);
      }
    });
  }
  console.error(`           ${name}, ${project.project}`);
  const { files, parts } = ENGINES[name];
  const sizes = parts ? await Promise.all(project.parts.map(async (it) => (await stat(join(folder, it))).size)) : [];
  measured.partBytes = sizes;
  measured.bytes = sizes.reduce((sum, it) => sum + it, await travels(folder, [`engines/${name}.mjs`, ...files]));
  return measured;
}

/** The first lines that one has and the other has not. */
function difference(one, other) {
  const lines = (other ?? "").split("\n");
  const known = new Set(lines);
  const has = new Set(one.split("\n"));
  return [
    ...[...has].filter((line) => !known.has(line)).slice(0, 5).map((line) => `has   ${line}`),
    ...lines.filter((line) => !has.has(line)).slice(0, 5).map((line) => `lacks ${line}`),
  ].join("\n");
}

const plan = JSON.parse(await readFile(process.argv[2], "utf8"));
await install(plan.folder);
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM,
  protocolTimeout: PATIENCE,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-color-profile=srgb"],
});
try {
  const [large, typical] = plan.projects;
  const engines = {};
  let expected;
  for (const name of plan.engines ?? Object.keys(ENGINES)) {
    const { figures, ...measured } = await measureEngine(browser, plan, name, large);
    // The module answers by HTML, which other tests compare.
    if (name !== "module") expected ??= figures;
    if (figures && figures !== expected) {
      throw new Error(`${name} has other figures than ours:\n${difference(figures, expected)}`);
    }
    engines[name] = measured;
  }
  const { figures, ...small } = await measureEngine(browser, plan, "engine", typical);
  const open = (...given) => inFreshPage(browser, ...given);
  const pages = await measurePages(open, plan, { rounds: ROUNDS, warmUps: WARM_UPS, loads: LOADS });
  console.log(JSON.stringify({ engines, small, pages }));
} finally {
  await browser.close();
}
