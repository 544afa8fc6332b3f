/** The main story in Firefox, where one is installed: a payment whose server dies in its middle is charged once. */
import type { Page } from "puppeteer-core";
import { findFirefox, launchFirefox } from "./support/firefox.ts";
import { expect, test } from "./support/test.ts";

const firefox = findFirefox();

/** Waits until a text is shown. */
const shownOn =
  (page: Page) =>
  (text: string): Promise<unknown> =>
    page.locator(`::-p-text(${text})`).setTimeout(120_000).wait();

if (firefox !== undefined) {
  test("Firefox: a payment is charged once though the server died, and the sweep holds", async ({
    baseURL,
  }) => {
    test.setTimeout(300_000);
    const browser = await launchFirefox(firefox);
    try {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on("console", (message) => {
        if (["error", "warn"].includes(message.type())) problems.push(message.text());
      });
      page.on("pageerror", (error) => problems.push(String(error)));
      await page.setViewport({ width: 1440, height: 900 });
      await page.goto(baseURL ?? "");
      const press = (name: string): Promise<void> =>
        page.locator(`::-p-aria(${name}[role="button"])`).click();
      const shows = shownOn(page);
      await shows("Charge and crash");
      await press("Charge and crash");
      await shows("The server died");
      await press("Restart");
      await shows("calls 2");
      await shows("payment_failed");
      const effects = (): Promise<number> =>
        page.evaluate(
          () =>
            new Promise<number>((resolve, reject) => {
              const open = indexedDB.open("playground-processing-ledger");
              open.onerror = () => reject(new Error(String(open.error)));
              open.onsuccess = () => {
                const count = open.result.transaction("rows").objectStore("rows").count();
                count.onsuccess = () => {
                  open.result.close();
                  resolve(count.result);
                };
              };
            }),
        );
      expect(await effects()).toBe(1);
      // What was done survives a reload.
      await page.reload();
      await shows("payment_failed");
      expect(await effects()).toBe(1);
      await press("Explore");
      await shows("56 of 56 cases, in");
      await shows("0 guard violations");
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  test("Firefox: databases that are gone are told, though the browser says nothing of it", async ({
    baseURL,
  }) => {
    const browser = await launchFirefox(firefox);
    try {
      const page = await browser.newPage();
      const shows = shownOn(page);
      await page.goto(baseURL ?? "");
      await page.locator('::-p-aria(Call process_payment[role="button"])').click();
      await shows("effects 1");
      await page.goto(new URL("/?example=audit", baseURL).href);
      await page.evaluate(async () => {
        const found = await indexedDB.databases();
        const names = found.map(({ name = "" }) => name).filter((name) => /processing/.test(name));
        const lose = (name: string): Promise<void> =>
          new Promise((resolve, reject) => {
            const request = indexedDB.deleteDatabase(name);
            request.onsuccess = () => resolve();
            request.onerror = () => reject(new Error(String(request.error)));
          });
        await Promise.all(names.map(lose));
      });
      await page.goto(baseURL ?? "");
      await shows("The browser lost this example’s data.");
      expect(await page.evaluate(() => document.body.innerText)).toContain(
        "One call had been made",
      );
    } finally {
      await browser.close();
    }
  });
}
