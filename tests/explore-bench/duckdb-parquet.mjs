// DuckDB over the Parquet file of the site. Releases after this one fetch the reader of Parquet from the network.

import * as duckdb from "duckdb-wasm-with-parquet";
import { bytes } from "./ask.mjs";
import { open } from "./duckdb.mjs";

export function load(project) {
  return open(duckdb, "duckdb-1.28", bytes("table.parquet"), project, async (db, connection, data, table) => {
    await db.registerFileBuffer("table.parquet", data);
    await connection.query(`CREATE TABLE ${table} AS SELECT * FROM 'table.parquet'`);
    await db.dropFile("table.parquet");
    return (firstDay) => `(date - DATE '${firstDay}')::USMALLINT`;
  });
}
