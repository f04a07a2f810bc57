// html-validate and, where there is Java, the Nu checker on every page: node html.mjs SITE-FOLDER

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { HtmlValidate } from "html-validate";
import vnu from "vnu-jar";
import { allPages, few, leaveOut, tell } from "./pages.mjs";

const run = promisify(execFile);

const [folder] = process.argv.slice(2);
const pages = await allPages(folder);

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
    tell(path, "Nu", few(found.get(pathToFileURL(file).href) ?? []));
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

/** The messages of the Nu checker by the address of the file. It knows no `<meta>` policy, but all of HTML, SVG and ARIA. */
async function nu(files) {
  const found = new Map();
  // Not more at once than a command line may hold.
  for (let at = 0; at < files.length; at += 500) {
    const part = files.slice(at, at + 500);
    const arguments_ = ["-jar", vnu, "--format", "json", "--stdout", "--exit-zero-always", ...part];
    const { stdout } = await run("java", arguments_, { maxBuffer: 1 << 28 });
    for (const it of JSON.parse(stdout).messages) {
      const where = `${it.lastLine ?? "?"}:${it.firstColumn ?? it.lastColumn ?? "?"}`;
      const message = `${where}: ${it.message} (${it.subType ?? it.type})`;
      found.set(it.url, [...(found.get(it.url) ?? []), message]);
    }
  }
  return found;
}
