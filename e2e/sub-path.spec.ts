/** The build works under any path of any server of files. */
import { fileURLToPath } from "node:url";
import { serveFiles } from "./support/static-server.ts";
import { expect, test } from "./support/test.ts";

const BUILD = fileURLToPath(new URL("../dist", import.meta.url));

test("a first payment under /some/where/, and what is loaded when it is wanted", async ({
  page,
  playground,
}) => {
  const server = await serveFiles(BUILD, "/some/where/");
  try {
    await playground.open(server.url);
    await playground.press("Call process_payment");
    await playground.callIs("completed");
    await playground.counts(1, 1, 1);
    expect(await playground.ledger()).toMatchObject([{ operation: "charge" }]);
    expect(page.url()).toMatch(new RegExp(`^${server.url}\\?.*call=`));

    await page.keyboard.press("Control+k");
    const palette = page.getByRole("dialog", { name: "Commands" });
    await expect(palette).toBeVisible();
    await page.keyboard.press("Escape");
    await playground.show("Code");
    await expect(page.getByRole("textbox", { name: "The server's code" })).toContainText(
      "Payments that are charged",
    );
    await expect(await playground.explore()).toBeVisible();

    // A reload finds the same page, whichever of its two names it has.
    await page.goto(page.url().replace("/where/", "/where/index.html").replace("explore=open", ""));
    await playground.isUp();
    await playground.counts(1, 1, 1);
    const icon = page.getByRole("heading", { level: 1 }).locator("img");
    expect(await icon.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    expect(server.missed).toEqual([]);
  } finally {
    server.close();
  }
});
