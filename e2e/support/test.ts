/** Playwright's test, with the page opened and its console watched. */
import { test as base, expect } from "@playwright/test";
import { PlaygroundPage } from "./playground-page.ts";

interface Fixtures {
  readonly playground: PlaygroundPage;
  /** What a test expects to see in the console; anything else fails it. */
  readonly allowedConsole: RegExp[];
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern
  allowedConsole: async ({}, run) => {
    await run([]);
  },
  playground: async ({ page, allowedConsole }, run) => {
    const seen: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") seen.push(message.text());
    });
    page.on("pageerror", (error) => seen.push(error.message));
    await run(new PlaygroundPage(page));
    const unexpected = seen.filter((text) => !allowedConsole.some((known) => known.test(text)));
    expect(unexpected, "the console").toEqual([]);
  },
});

export { expect };
