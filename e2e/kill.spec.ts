/** The browser's process is killed in the middle of a call; the profile on disk is kept. */
import { newProfile } from "./support/kept-profile.ts";
import { PlaygroundPage } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

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
    const profile = newProfile(baseURL);
    try {
      const first = await profile.launch();
      const before = new PlaygroundPage(first.page);
      await before.open();
      await before.chooseTool(tool);
      await before.arm(preset);
      await before.press(`Call ${tool}`);
      await expect(before.executions).toContainText("Injected at effect:after: hang");
      const path = new URL(before.page.url());
      await first.kill();

      const second = await profile.launch();
      const after = new PlaygroundPage(second.page);
      await after.open(path.pathname + path.search);
      await after.callIs("completed");
      await after.counts(counts[0], counts[1], counts[2]);
      await expect(after.calls).toContainText(answer);
      expect(await after.ledger()).toHaveLength(counts[2]);
    } finally {
      await profile.remove();
    }
  });
}
