/**
 * A tool that takes memory without end. Driven from outside of Playwright, which takes the death of a
 * frame for the page's.
 */
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { BROWSER_ARGS, ensureBrowser } from "./support/browser.ts";
import { expect, test } from "./support/test.ts";

const HOG = `
import type { DurableMcpServer } from "durable-mcp-playground";

export default (server: DurableMcpServer) => {
  server.registerTool("hog", {}, () => {
    const kept: object[] = [];
    for (;;) kept.push({ kept: kept.length, more: [kept.length] });
  });
};
`;

let browser: Browser | undefined;
test.afterEach(async () => {
  await browser?.close();
  browser = undefined;
});

const stateOf = (page: Page): Promise<string> =>
  page.$eval("[role=status][aria-label='Server state']", ({ textContent }) => textContent);
const press = (page: Page, name: string): Promise<void> =>
  page.locator(`::-p-aria([name="${name}"][role="button"])`).click();

test("memory without end takes frame and worker, and not the page", async ({ baseURL }) => {
  if (baseURL === undefined) throw new Error("The page has no address.");
  browser = await puppeteer.launch({
    executablePath: ensureBrowser(),
    // So little that the machine notices nothing.
    args: [...BROWSER_ARGS, "--js-flags=--max-old-space-size=300"],
  });
  const page = await browser.newPage();
  await page.goto(baseURL);
  await page.evaluate(
    (own) => localStorage.setItem("durable-mcp-playground:own-servers:own-hog", own),
    JSON.stringify({ id: "own-hog", title: "Hog", code: HOG }),
  );
  await page.goto(`${baseURL}/?example=own-hog`);
  await expect.poll(() => stateOf(page)).toContain("running");
  await press(page, "Call hog");
  // Nothing tells of its death but that it does not answer.
  await page.locator("::-p-text(has not answered for)").setTimeout(60_000).wait();
  await press(page, "End it");
  await expect.poll(() => stateOf(page)).toContain("crashed");
  expect(await page.$$("iframe[title=Sandbox]")).toEqual([]);
  await press(page, "Restart");
  await expect.poll(() => stateOf(page)).toContain("running");
});
