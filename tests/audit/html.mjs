// html-validate and, where there is Java, the Nu checker: node html.mjs SITE-FOLDER every|each
// on every page, or on one of each kind.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { HtmlValidate } from "html-validate";
import vnu from "vnu-jar";
import { allPages, few, leaveOut, oneOfEach, tell } from "./pages.mjs";

const run = promisify(execFile);

const [site, which] = process.argv.slice(2);
const folder = resolve(site);
const pages = await (which === "every" ? allPages(folder) : oneOfEach(folder));

const validator = new HtmlValidate({
  root: true,
  elements: ["html5"],
  extends: ["html-validate:recommended", "html-validate:document"],
  rules: {
    // How the source is laid out is nobody's business: the pages are made for browsers.
    "no-trailing-whitespace": "off",
    "void-style": "off",
    "doctype-style": "off",
    "attr-quotes": "off",
    "no-raw-characters": "off",
    // Titles and addresses come from names of projects, which may be long.
    "long-title": "off",
    // A list may have a name, and a box that scrolls is a region because the keyboard must reach it.
    "aria-label-misuse": ["error", { allowAnyNamable: true }],
    "prefer-native-element": ["error", { exclude: ["region"] }],
  },
});
for (const { file, path } of pages) {
  const report = await validator.validateString(await readFile(file, "utf8"));
  const findings = report.results.flatMap(({ messages }) =>
    messages.map((it) => `${it.line}:${it.column}: ${it.message} (${it.ruleId})`),
  );
  tell(path, "html-validate", few(findings));
}

if (await hasJava()) {
  const found = await nu(pages.map(({ file }) => file));
  for (const { file, path } of pages) {
    tell(path, "Nu", few(found.get(file)));
  }
} else {
  leaveOut("Nu", "there is no Java; the package `default-jre-headless` has it");
}

async function hasJava() {
  return run("java", ["-version"]).then(
    () => true,
    () => false,
  );
}

/** The messages of the Nu checker by file. */
async function nu(files) {
  const found = new Map(files.map((file) => [file, []]));
  // Not more at once than a command line may hold.
  for (let at = 0; at < files.length; at += 500) {
    const part = files.slice(at, at + 500);
    const options = ["--format", "json", "--stdout", "--exit-zero-always"];
    const { stdout } = await run("java", ["-jar", vnu, ...options, ...part], {
      maxBuffer: 1 << 28,
    });
    for (const it of JSON.parse(stdout).messages) {
      // A file has no origin, so it takes everything for forbidden. The browser knows what the policy forbids.
      if (it.message.startsWith("Resource violates Content Security Policy")) continue;
      const where = `${it.lastLine ?? "?"}:${it.firstColumn ?? it.lastColumn ?? "?"}`;
      // A file that was not asked about has no list, and the script ends in an error.
      const list = found.get(fileURLToPath(it.url));
      list.push(`${where}: ${it.message} (${it.subType ?? it.type})`);
    }
  }
  return found;
}
