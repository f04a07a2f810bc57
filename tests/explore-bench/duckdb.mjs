// DuckDB in WebAssembly: loads the file into a table of its own, then answers in SQL.

import { DIMENSIONS, LINES, Text } from "./ask.mjs";

const TABLE = "downloads";

const SUM = "sum(downloads)::UINTEGER";

/** Keeps the memory of the WebAssembly where it can be measured. */
const KEEP_MEMORY = `
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (source, imports) => {
      const made = await original(source, imports);
      const exported = Object.values((made.instance ?? made).exports ?? {});
      const all = [imports?.env?.memory, ...exported];
      self.memory ??= all.find((it) => it instanceof WebAssembly.Memory);
      return made;
    };
  }
`;

/** `file` is about to give bytes; `read` puts them into the table of that name and tells how its days are counted. */
export async function open(duckdb, folder, file, { question, firstDay }, read) {
  // Absolute: the worker's own address is another.
  const at = (file) => new URL(`${folder}/${file}`, location.href).href;
  const script = [KEEP_MEMORY, `importScripts("${at("duckdb-browser-eh.worker.js")}");`];
  const worker = new Worker(URL.createObjectURL(new Blob(script, { type: "text/javascript" })));
  const db = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), worker);
  const [data] = await Promise.all([file, db.instantiate(at("duckdb-eh.wasm"))]);
  const connection = await db.connect();
  const day = await read(db, connection, data, TABLE);

  const [one, other, python] = question;
  const filters = { country: `country IN ('${one}', '${other}')`, python: `python = '${python}'` };
  const both = `${filters.country} AND ${filters.python}`;
  // Facets without a filter of their own are counted in one pass.
  const unfiltered = DIMENSIONS.filter((name) => !(name in filters));
  const facets = `
    SELECT ${unfiltered.join()}, ${SUM} AS n FROM ${TABLE} WHERE ${both}
    GROUP BY GROUPING SETS (${unfiltered.map((name) => `(${name})`).join()})`;
  const facet = (name, under) =>
    `SELECT ${name}, ${SUM} AS n FROM ${TABLE} WHERE ${filters[under]} GROUP BY ${name}`;
  const lines = `
    WITH selected AS MATERIALIZED (
      SELECT version, ${day(firstDay)} AS day, ${SUM} AS n FROM ${TABLE} WHERE ${both} GROUP BY ALL
    ), top AS (SELECT version FROM selected GROUP BY version ORDER BY sum(n) DESC LIMIT ${LINES})
    SELECT version, day, n FROM selected WHERE version IN (SELECT version FROM top)`;
  return {
    async ask() {
      const answers = [];
      for (const query of [facets, facet("country", "python"), facet("python", "country"), lines]) {
        answers.push(await connection.query(query));
      }
      return answers;
    },
    text([unfilteredFacets, countries, pythons, byDay]) {
      const text = new Text();
      for (const row of unfilteredFacets) {
        const name = unfiltered.find((it) => row[it] !== null);
        text.add(name, row[name], row.n);
      }
      for (const { country, n } of countries) text.add("country", country, n);
      for (const row of pythons) text.add("python", row.python, row.n);
      for (const { version, day: it, n } of byDay) text.add(version, it, n);
      return text.toString();
    },
  };
}
