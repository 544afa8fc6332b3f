/** The browser's process is killed in the middle of a call; the profile on disk is kept. */
import { chromium, type BrowserContext } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BROWSER_ARGS, findBrowser } from "./support/browser.ts";
import { PlaygroundPage } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

async function launch(profile: string, baseURL: string): Promise<BrowserContext> {
  const executablePath = findBrowser();
  return await chromium.launchPersistentContext(profile, {
    args: BROWSER_ARGS,
    baseURL,
    viewport: { width: 1440, height: 900 },
    ...(executablePath ? { executablePath } : {}),
  });
}

async function kill(context: BrowserContext, profile: string): Promise<void> {
  const closed = context.waitForEvent("close");
  execFileSync("pkill", ["-9", "-f", `user-data-dir=${profile}`]);
  await closed;
}

for (const { tool, preset, counts, answer } of [
  {
    tool: "process_payment",
    preset: "The bank never answers",
    counts: [2, 1, 1],
    answer: "payment_failed",
  },
  {
    tool: "fetch_exchange_rate",
    preset: "The bank never answers",
    counts: [2, 2, 2],
    answer: "success",
  },
] as const) {
  test(`${tool} is resumed after the browser was killed in its middle`, async ({ baseURL }) => {
    const profile = mkdtempSync(join(tmpdir(), "playground-"));
    const first = await launch(profile, baseURL ?? "");
    let second: BrowserContext | undefined;
    try {
      const before = new PlaygroundPage(first.pages()[0] ?? (await first.newPage()));
      await before.open();
      await before.chooseTool(tool);
      await before.arm(preset);
      await before.press(`Call ${tool}`);
      await expect(before.executions).toContainText("Injected at effect:after: hang");
      const path = new URL(before.page.url());
      await kill(first, profile);

      second = await launch(profile, baseURL ?? "");
      const after = new PlaygroundPage(second.pages()[0] ?? (await second.newPage()));
      await after.open(path.pathname + path.search);
      await after.callIs("completed");
      await after.counts(counts[0], counts[1], counts[2]);
      await expect(after.calls).toContainText(answer);
      expect(await after.ledger()).toHaveLength(counts[2]);
    } finally {
      await first.close();
      await second?.close();
      rmSync(profile, { recursive: true, force: true });
    }
  });
}
