// The cube of ours alone, without what draws pages.

import { Text, inflated } from "./ask.mjs";
import init, { Engine } from "engine";

export async function load({ question, parts }) {
  const inflatedParts = await Promise.all(parts.map(inflated));
  const { memory } = await init({ module_or_path: "engine/explore_bench_bg.wasm" });
  const started = performance.now();
  const [newest, ...older] = inflatedParts;
  const engine = new Engine(newest);
  const decoded = [performance.now() - started];
  for (const part of older) {
    const start = performance.now();
    engine.add(part);
    decoded.push(performance.now() - start);
  }
  let last;
  return {
    memory,
    rows: engine.rows,
    decoded,
    inflated: inflatedParts.map((part) => part.length),
    before() {
      last?.free();
    },
    ask() {
      last = engine.question(...question);
      return last;
    },
    text(figures) {
      const text = new Text();
      for (const line of engine.text(figures).trimEnd().split("\n")) text.add(...line.split("\t"));
      return text.toString();
    },
  };
}
