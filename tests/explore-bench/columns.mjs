// The columns of an Arrow file: values, and for each row their codes.

import { tableFromIPC } from "@uwdata/flechette";
import { DIMENSIONS } from "./ask.mjs";

/** Everything as typed arrays: of an Arrow file they are there, nothing is copied. */
export function columnsOf(bytes) {
  const table = tableFromIPC(bytes);
  const one = (name) => {
    const { data } = table.getChild(name);
    if (data.length !== 1) throw new Error(`${name} is in ${data.length} pieces`);
    return data[0];
  };
  const columns = DIMENSIONS.map(one);
  return {
    codes: columns.map((column) => column.values),
    values: columns.map((column) => [...column.dictionary]),
    day: one("day").values,
    downloads: one("downloads").values,
  };
}
