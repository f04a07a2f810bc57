// Which pages a rendered site has, and how a finding is told to `cargo xtask audit`: a line of JSON.

import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** The files that are pages, and their paths below the site's address: "", "projects/x/", "404.html". */
export async function allPages(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".html"))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => {
      const path = relative(folder, file).split(sep).join("/");
      return { file, path: path.replace(/(^|\/)index\.html$/, "$1") };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The first page of each kind: what comes before the first slash tells the kind. */
export async function oneOfEach(folder) {
  const kinds = new Map();
  for (const page of await allPages(folder)) {
    const kind = page.path.split("/")[0];
    if (!kinds.has(kind)) kinds.set(kind, page);
  }
  return [...kinds.values()];
}

/** Tells what a check found on a page. No finding: it passed. */
export function tell(page, check, findings) {
  console.log(JSON.stringify({ page: `/${page}`, check, findings }));
}

/** Tells that a check was not made, and why. */
export function leaveOut(check, why) {
  console.log(JSON.stringify({ check, why }));
}

/** The first few of many, and how many more there are. */
export function few(findings, most = 5) {
  const rest = findings.length - most;
  return rest > 0 ? [...findings.slice(0, most), `and ${rest} more`] : findings;
}
