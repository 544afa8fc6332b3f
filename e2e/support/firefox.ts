/** Debian's Firefox, or another stock one, driven over WebDriver BiDi: for vitest, and for end-to-end tests. */
import { defineBrowserProvider } from "@vitest/browser";
import { existsSync } from "node:fs";
import puppeteer, { type Browser } from "puppeteer-core";

const ON_THE_MACHINE = [
  "/usr/bin/firefox-esr",
  "/usr/bin/firefox",
  "/Applications/Firefox.app/Contents/MacOS/firefox",
];

/** `FIREFOX_PATH`, else one on the machine. */
export function findFirefox(): string | undefined {
  const named = process.env["FIREFOX_PATH"];
  return [...(named ? [named] : []), ...ON_THE_MACHINE].find(existsSync);
}

export async function launchFirefox(executablePath: string): Promise<Browser> {
  return await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
}

/** Runs vitest's browser mode in Firefox. */
export function firefoxProvider(executablePath: string) {
  return defineBrowserProvider({
    name: "puppeteer",
    options: {},
    providerFactory: () => {
      let browser: Promise<Browser> | undefined;
      return {
        name: "puppeteer",
        supportsParallelism: false,
        getCommandsContext: () => ({}),
        openPage: async (_session: string, url: string) => {
          browser ??= launchFirefox(executablePath);
          const page = await (await browser).newPage();
          await page.goto(url, { waitUntil: "domcontentloaded" });
        },
        close: async () => {
          await (await browser)?.close();
        },
      };
    },
  });
}
