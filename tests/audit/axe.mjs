// axe-core on one page of each kind: node axe.mjs SITE-FOLDER ADDRESS

import axe from "axe-core";
import { open, withBrowser } from "./browser.mjs";
import { few, oneOfEach, tell } from "./pages.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
const WIDTHS = [320, 768, 1280, 1920];

const [folder, address] = process.argv.slice(2);
await withBrowser(async (browser) => {
  for (const { path } of await oneOfEach(folder)) {
    const tab = await browser.newPage();
    // The policy of the page forbids what axe does, as it should.
    await tab.setBypassCSP(true);
    await open(tab, address + path);
    await tab.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    await tab.evaluate(axe.source);
    for (const theme of ["light", "dark"]) {
      await tab.emulateMediaFeatures([
        { name: "prefers-color-scheme", value: theme },
        { name: "prefers-reduced-motion", value: "reduce" },
      ]);
      for (const width of WIDTHS) {
        await tab.setViewport({ width, height: 800 });
        const { violations } = await tab.evaluate(
          (values) =>
            globalThis.axe.run(document, {
              runOnly: { type: "tag", values },
              resultTypes: ["violations"],
            }),
          TAGS,
        );
        const findings = violations.flatMap(({ id, nodes }) =>
          few(
            nodes.map(({ target, failureSummary }) => {
              const why = failureSummary.split("\n").slice(1, 3).join(";").trim();
              return `${id}: ${target.join(" ")}: ${why}`;
            }),
            3,
          ),
        );
        tell(path, `axe, ${theme}, ${width} px`, findings);
      }
    }
    await tab.close();
  }
});
