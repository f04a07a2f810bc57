// Ours, as the page of a project loads it: the module and the newest part, then the older ones. What it answers is
// the page; the figures alone are those of the cube, see `engine.mjs`.

import { inflated } from "./ask.mjs";

async function started() {
  const [{ default: init, Explorer }, wasm] = await Promise.all([import("../web/web.js"), fetch("web/web_bg.wasm")]);
  const { memory } = await init({ module_or_path: wasm });
  return [Explorer, memory];
}

export async function load({ question: [one, other, python], parts: [newest, ...older] }) {
  // As the page does: the module starts while the newest part is on its way, then the others are.
  let coming;
  const [[Explorer, memory], bytes] = await Promise.all([
    started(),
    inflated(newest).then((bytes) => {
      coming = older.map(inflated);
      return bytes;
    }),
  ]);
  const explorer = new Explorer(bytes, "bench", "");
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
