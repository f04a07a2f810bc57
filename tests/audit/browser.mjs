// The Chromium of the browser tests, driven by puppeteer.

import puppeteer from "puppeteer-core";

/** Starts the program in $CHROMIUM, does the work and ends it. */
export async function withBrowser(work) {
  const browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-color-profile=srgb"],
  });
  try {
    await work(browser);
  } finally {
    await browser.close();
  }
}

/** Opens a page and waits until its explorer, if it has one, is at work. */
export async function open(tab, url) {
  await tab.goto(url, { waitUntil: "load" });
  await tab.waitForFunction(() => {
    const explored = document.querySelector("script[data-cube]");
    return !explored || ["ready", "failed"].includes(document.documentElement.dataset.explorer);
  });
}
