// crossfilter2 over the codes of an Arrow file: one dimension for each of ours, each with its totals, and days
// with their downloads by version.

import crossfilter from "crossfilter2";
import { DIMENSIONS, Text, inflated, largest } from "./ask.mjs";
import { columnsOf } from "./columns.mjs";

export async function load({ question }) {
  const { codes, values, day, downloads } = columnsOf(await inflated("table.arrow.gz"));
  const rows = crossfilter([...day.keys()]);
  const sum = (it) => downloads[it];
  const by = codes.map((column) => rows.dimension((it) => column[it]));
  const totals = by.map((dimension) => dimension.group().reduceSum(sum));
  const version = codes[DIMENSIONS.indexOf("version")];
  const versions = values[DIMENSIONS.indexOf("version")].length;
  const days = rows.dimension((it) => day[it]).group().reduce(
    (lines, it) => ((lines[version[it]] += downloads[it]), lines),
    (lines, it) => ((lines[version[it]] -= downloads[it]), lines),
    () => new Uint32Array(versions),
  );
  const [one, other, python] = question.map((value, at) => {
    const dimension = DIMENSIONS.indexOf(at < 2 ? "country" : "python");
    return values[dimension].indexOf(value);
  });
  const [countries, pythons] = ["country", "python"].map((name) => by[DIMENSIONS.indexOf(name)]);
  const clear = () => {
    countries.filterAll();
    pythons.filterAll();
  };
  const filterCountries = () => countries.filterFunction((code) => code === one || code === other);
  const figures = () => {
    const facets = totals.map((group) => group.all());
    const sums = new Float64Array(versions);
    for (const { key, value } of facets[DIMENSIONS.indexOf("version")]) sums[key] = value;
    const top = largest(sums);
    return { facets, top, lines: days.all() };
  };
  return {
    /** The question begins without a filter; one more filter begins with the countries. */
    before(work) {
      clear();
      if (work === "askOneMore") filterCountries();
    },
    ask() {
      filterCountries();
      pythons.filterExact(python);
      return figures();
    },
    askOneMore() {
      pythons.filterExact(python);
      return figures();
    },
    text({ facets, top, lines }) {
      const text = new Text();
      for (const [at, name] of DIMENSIONS.entries()) {
        for (const { key, value } of facets[at]) text.add(name, values[at][key], value);
      }
      for (const { key, value } of lines) {
        for (const code of top) text.add(values[DIMENSIONS.indexOf("version")][code], key, value[code]);
      }
      return text.toString();
    },
  };
}
