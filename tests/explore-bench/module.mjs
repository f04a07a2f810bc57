// Ours, as the page of a project loads it: the module and the newest part, then the older ones. What it answers is
// the page; the figures alone are those of the cube, see `engine.mjs`.

import { bytes, inflate, inflated } from "./ask.mjs";
// The page loads the script of the module with its own ones, before anything is asked for.
import init, { Explorer } from "web";

export async function load({ question: [one, other, python], parts: [newest, ...older] }) {
  // As the page does: the module starts while the newest part is on its way, then the others are.
  let coming;
  const [{ memory }, first] = await Promise.all([
    init({ module_or_path: fetch("web/web_bg.wasm") }),
    bytes(newest).then((compressed) => {
      coming = older.map(inflated);
      return inflate(compressed);
    }),
  ]);
  const explorer = new Explorer(first, "bench", "");
  for (const part of coming) explorer.add(await part);
  // As the page, which lets go of their bytes.
  coming = undefined;
  if (!explorer.whole) throw new Error("parts are missing");
  const query =
    `range=all&interval=day&split=version&country=${one}&country=${other}&python=${python}`;
  return {
    memory,
    ask() {
      explorer.render_in_sight(query, true).free();
    },
    text() {
      return "";
    },
  };
}
