/** What a person does and sees on the page; and the ledger, which is the truth. */
import { expect, type Locator, type Page } from "@playwright/test";

export interface LedgerRow {
  readonly invocation: string;
  readonly execution: number;
  readonly occurrence: number;
  readonly outcome: string;
  readonly operation: string;
}

export class PlaygroundPage {
  readonly effects: Locator;
  readonly guards: Locator;
  readonly calls: Locator;
  readonly executions: Locator;

  constructor(readonly page: Page) {
    this.effects = page.getByRole("list", { name: "Effects" }).getByRole("listitem");
    this.guards = page.getByRole("list", { name: "Guards" }).getByRole("listitem");
    this.calls = page.getByRole("list", { name: "Calls", exact: true }).getByRole("listitem");
    this.executions = page.getByRole("list", { name: "Executions" });
  }

  /** Opens the page, its first minute put away. */
  async open(path = "/"): Promise<void> {
    await this.page.addInitScript(() => sessionStorage.setItem("guide", "closed"));
    await this.page.goto(path);
    await this.isUp();
  }

  async isUp(): Promise<void> {
    await expect(this.server).toHaveText(/running/);
  }

  get server(): Locator {
    return this.page.getByRole("status", { name: "Server state" });
  }

  async press(name: string | RegExp): Promise<void> {
    await this.page.getByRole("button", { name, exact: typeof name === "string" }).click();
  }

  async restart(): Promise<void> {
    await this.page
      .getByRole("group", { name: "Server" })
      .getByRole("button", { name: "Restart" })
      .click();
    await this.isUp();
  }

  async arm(preset: string): Promise<void> {
    const button = this.page
      .getByRole("group", { name: "Presets" })
      .getByRole("button", { name: preset });
    await button.click();
    await expect(button).toHaveAttribute("aria-pressed", "true");
  }

  async show(panel: "Guards" | "Effects" | "Maps"): Promise<void> {
    await this.page.getByRole("tab", { name: panel }).click();
  }

  async chooseTool(name: string): Promise<void> {
    await this.page.getByRole("combobox", { name: "Tool", exact: true }).selectOption(name);
  }

  /** The state of the selected call, as its panel says. */
  async callIs(state: string): Promise<void> {
    const panel = this.page.getByRole("region", { name: /^Call …/ });
    await expect(panel.getByText(state, { exact: true }).first()).toBeVisible();
  }

  async counts(calls: number, attempts: number, effects: number): Promise<void> {
    await expect(this.page.getByRole("region", { name: /^Call …/ })).toContainText(
      `calls ${calls} · attempts ${attempts} · effects ${effects}`,
    );
  }

  /** The ledger itself, not what the page makes of it. */
  async ledger(): Promise<LedgerRow[]> {
    return (await readTable(this.page, "playground-processing-ledger", "rows")) as LedgerRow[];
  }

  async journal(): Promise<{ id: string; state: string; executions: unknown[] }[]> {
    return (await readTable(this.page, "playground-processing", "invocations")) as never;
  }
}

/** Every record of a table, read over a connection of its own. */
export async function readTable(page: Page, database: string, table: string): Promise<unknown[]> {
  return await page.evaluate(
    ([database, table]) =>
      new Promise<unknown[]>((resolve, reject) => {
        const open = indexedDB.open(database);
        open.onerror = () => reject(new Error(String(open.error)));
        open.onsuccess = () => {
          const db = open.result;
          const all = db.transaction(table).objectStore(table).getAll() as IDBRequest<unknown[]>;
          all.onerror = () => reject(new Error(String(all.error)));
          all.onsuccess = () => {
            db.close();
            resolve(all.result);
          };
        };
      }),
    [database, table] as const,
  );
}
