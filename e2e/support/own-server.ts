/** A server of one's own, as a person begins and writes it in the page. */
import type { Page } from "@playwright/test";
import { readTable } from "./playground-page.ts";

/** Replaces the code in the editor, as a person who pastes it. */
export async function write(page: Page, code: string, file = "server"): Promise<void> {
  const editor = page.getByRole("textbox", {
    name: file === "server" ? "The code of your server" : "The code of your client script",
  });
  await editor.click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(code);
}

export async function begin(page: Page, title: string, from = "mail"): Promise<void> {
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "New server…" }).click();
  const dialog = page.getByRole("dialog", { name: "A server of your own" });
  await dialog.getByLabel("Name").fill(title);
  await dialog.getByRole("combobox", { name: "Begin with" }).selectOption(from);
  await dialog.getByRole("button", { name: "Create" }).click();
}

/** The rows of the ledger of the server that is shown. */
export async function effects(page: Page): Promise<number> {
  const name = new URL(page.url()).searchParams.get("example") ?? "";
  return (await readTable(page, `playground-${name}-ledger`, "rows")).length;
}

/** A server whose tool `charge` has this body. */
export const tool = (body: string): string => `
import { atMostOnce, effect } from "durable-mcp-playground";
import type { DurableMcpServer, World } from "durable-mcp-playground";
import { z } from "zod";

export default (server: DurableMcpServer, world: World) => {
  world.simulate("bank.charge", { answers: ["charged"] });
  server.registerTool("charge", { inputSchema: { amount: z.number().default(5) } }, async ({ amount }, context) => {
    ${body}
    return { content: [{ type: "text" as const, text: "done" }] };
  });
};
`;
