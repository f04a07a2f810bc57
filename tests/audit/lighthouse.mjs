// Lighthouse on one page of each kind, as a phone sees it: node lighthouse.mjs SITE-FOLDER ADDRESS

import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { createGzip } from "node:zlib";
import lighthouse from "lighthouse";
import { withBrowser } from "./browser.mjs";
import { few, oneOfEach, tell } from "./pages.mjs";

const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
/** How often a page that falls short is tried: the middle of three counts, as the machine may be busy. */
const TRIES = 3;

const [folder, address] = process.argv.slice(2);
const proxy = await compressing(address);
await withBrowser(async (browser) => {
  const port = Number(new URL(browser.wsEndpoint()).port);
  for (const { file, path } of await oneOfEach(folder)) {
    const url = proxy.address + path;
    // A page that asks not to be indexed, as those for frames do, is not to be blamed for it.
    const isHidden = /<meta name="robots" content="[^"]*noindex/.test(await readFile(file, "utf8"));
    const skipAudits = isHidden ? ["is-crawlable"] : [];
    const flags = { port, onlyCategories: CATEGORIES, skipAudits, logLevel: "error" };
    const tries = [];
    do {
      const result = await lighthouse(url, flags);
      tries.push(result.lhr);
    } while (tries.length < TRIES && !isPerfect(tries.at(-1)));
    const middle = isPerfect(tries.at(-1)) ? tries.at(-1) : median(tries);
    for (const id of CATEGORIES) {
      const { score, auditRefs } = middle.categories[id];
      const weak = auditRefs
        .filter(({ id, weight }) => weight > 0 && (middle.audits[id].score ?? 1) < 1)
        .map(({ id }) => `${id}: ${middle.audits[id].title} ${middle.audits[id].displayValue ?? ""}`);
      const findings = score === 1 ? [] : [`${Math.round(100 * score)} of 100`, ...few(weak)];
      tell(path, `Lighthouse, ${id}`, findings);
    }
  }
});
proxy.close();

function isPerfect({ categories }) {
  return CATEGORIES.every((id) => categories[id].score === 1);
}

function median(results) {
  const sum = ({ categories }) => CATEGORIES.reduce((sum, id) => sum + categories[id].score, 0);
  return results.sort((a, b) => sum(a) - sum(b))[Math.floor(results.length / 2)];
}

/** A server before the site that compresses texts and lets them be kept, as hosts of static pages do. */
async function compressing(address) {
  const origin = new URL(address);
  const server = createServer((incoming, outgoing) => {
    request(new URL(incoming.url, origin), (answer) => {
      const type = answer.headers["content-type"] ?? "";
      const headers = { "content-type": type, "cache-control": "max-age=600" };
      if (answer.headers.location) headers.location = answer.headers.location;
      if (/text|json|javascript|xml|wasm/.test(type)) {
        outgoing.writeHead(answer.statusCode, { ...headers, "content-encoding": "gzip" });
        answer.pipe(createGzip()).pipe(outgoing);
      } else {
        outgoing.writeHead(answer.statusCode, headers);
        answer.pipe(outgoing);
      }
    }).end();
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  return { address: `http://127.0.0.1:${port}${origin.pathname}`, close: () => server.close() };
}
