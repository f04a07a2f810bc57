// The rows of a project as the engines that read Arrow get them: node table.mjs CSV ARROW.GZ FIRST-DAY.
// Gzipped, as all that travels here is, but for Parquet, which packs by itself.

import { readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { columnFromArray, dictionary, tableFromColumns, tableToIPC, uint16, uint32, uint8, utf8 } from "@uwdata/flechette";
import { DIMENSIONS } from "./ask.mjs";

const [csv, arrow, firstDay] = process.argv.slice(2);
const text = await readFile(csv, "utf8");
if (text.includes('"')) throw new Error("a value is in quotation marks");
const lines = text.trimEnd().split(/\r?\n/);
const header = lines.shift().split(",");
const places = DIMENSIONS.map((name) => header.indexOf(name));
const [datePlace, downloadsPlace] = ["date", "downloads"].map((name) => header.indexOf(name));

const first = Date.parse(firstDay);
const days = new Uint16Array(lines.length);
const downloads = new Uint32Array(lines.length);
const values = DIMENSIONS.map(() => new Array(lines.length));
for (const [row, line] of lines.entries()) {
  const cells = line.split(",");
  days[row] = (Date.parse(cells[datePlace]) - first) / 86_400_000;
  downloads[row] = Number(cells[downloadsPlace]);
  for (const [at, place] of places.entries()) values[at][row] = cells[place];
}
const columns = [["day", columnFromArray(days, uint16())]];
for (const [at, name] of DIMENSIONS.entries()) {
  columns.push([name, columnFromArray(values[at], dictionary(utf8(), uint8()))]);
}
columns.push(["downloads", columnFromArray(downloads, uint32())]);
const bytes = tableToIPC(tableFromColumns(columns), { format: "stream" });
await writeFile(arrow, gzipSync(bytes, { level: 9 }));
