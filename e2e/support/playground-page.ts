/** What a person does and sees on the page; and the ledger, which is the truth. */
import { expect, type Locator, type Page } from "@playwright/test";

export interface LedgerRow {
  readonly invocation: string;
  readonly execution: number;
  readonly occurrence: number;
  readonly outcome: string;
  readonly operation: string;
  readonly request: unknown;
}

type MenuSwitch = "Guards off" | "Hold interrupted calls";

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
  async open(path = "/?panel=guards"): Promise<void> {
    await this.page.addInitScript(() => {
      // Not in the sandbox, which has no storage.
      if (window === window.top) sessionStorage.setItem("guide", "closed");
    });
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

  /** Chooses what stands in the menu of the bar. */
  async menu(item: "Settings…" | "Services…" | "Wipe…" | "Run examples…"): Promise<void> {
    await this.page.getByRole("button", { name: "More", exact: true }).click();
    await this.page.getByRole("menuitem", { name: item }).click();
  }

  /** Switches one of the menu's switches the other way. */
  async toggle(setting: MenuSwitch): Promise<void> {
    await this.page.getByRole("button", { name: "More", exact: true }).click();
    await this.page.getByRole("menuitemcheckbox", { name: setting }).click();
  }

  async isSet(setting: MenuSwitch, on: boolean): Promise<void> {
    await this.page.getByRole("button", { name: "More", exact: true }).click();
    const item = this.page.getByRole("menuitemcheckbox", { name: setting });
    await expect(item).toBeChecked({ checked: on });
    await this.page.keyboard.press("Escape");
    await expect(item).toBeHidden();
  }

  /** Adds a fault of one's own to the plan. */
  async addFault(choices: Readonly<Record<string, string>>): Promise<void> {
    await this.press("Own fault…");
    const dialog = this.page.getByRole("dialog", { name: "A fault of your own" });
    for (const [label, value] of Object.entries(choices)) {
      await dialog.getByLabel(label).selectOption(value);
    }
    await dialog.getByRole("button", { name: "Add to the plan" }).click();
    await expect(dialog).toBeHidden();
  }

  /** Explores the call in the form; resolves with the area that shows it. */
  async explore(): Promise<Locator> {
    await this.press("Explore");
    return this.page.getByRole("region", { name: "Explore every failure" });
  }

  /** Switches one of the settings in their dialog on. */
  async set(setting: string): Promise<void> {
    await this.menu("Settings…");
    const dialog = this.page.getByRole("dialog", { name: "Settings of this example" });
    await dialog.getByRole("checkbox", { name: setting }).check();
    await dialog.getByRole("button", { name: "Done" }).click();
  }

  /** Calls a tool whose server dies after the charge, and restarts it: the call is resumed. */
  async crashAndResume(tool: string): Promise<void> {
    await this.arm("Crash after the charge");
    await this.press(`Call ${tool}`);
    await expect(this.server).toHaveText(/crashed/);
    await this.restart();
    await this.callIs("completed");
  }

  /** Shows a part of the chosen call, or one of the dock's panels. */
  async show(panel: "Answer" | "Guards" | "Effects" | "Maps" | "Ledger" | "Code"): Promise<void> {
    const isOfCall = panel === "Answer" || panel === "Guards" || panel === "Effects";
    await this.page.getByRole(isOfCall ? "tab" : "button", { name: panel, exact: true }).click();
  }

  async chooseTool(name: string): Promise<void> {
    await this.page.getByRole("combobox", { name: "Tool", exact: true }).selectOption(name);
  }

  /** The state of the selected call, as its panel says. */
  async callIs(state: string): Promise<void> {
    const panel = this.page.getByRole("region", { name: /^Call …/ });
    await expect(panel.getByText(state, { exact: true }).first()).toBeVisible();
  }

  /** @param attempts `at least …` where guards were off: then only the recording tells */
  async counts(
    calls: number,
    attempts: number | `at least ${number}`,
    effects: number,
  ): Promise<void> {
    await expect(this.page.getByRole("region", { name: /^Call …/ })).toContainText(
      `calls ${calls} · attempts ${attempts} · effects ${effects}`,
    );
  }

  /** The ledger itself, not what the page makes of it. */
  async ledger(): Promise<LedgerRow[]> {
    return (await readTable(this.page, "playground-processing-ledger", "rows")) as LedgerRow[];
  }

  async journal(): Promise<StoredCall[]> {
    return await readCalls(this.page, "playground-processing");
  }
}

/** Every record of a table, read over a connection of its own. */
export async function readTable(page: Page, database: string, table: string): Promise<unknown[]> {
  return (await readRecords(page, database, table)).map(({ value }) => value);
}

export interface StoredMapEntry {
  readonly map: string;
  /** From JSON. */
  readonly value: unknown;
}

/** What the sorted maps of a database hold. */
export async function readMaps(page: Page, database: string): Promise<StoredMapEntry[]> {
  const records = await readRecords(page, database, "entries");
  return records.map(({ key, value }) => ({
    // A map's name ends with U+FFFF; a value follows the 6 bytes of its write's number.
    map: (key as string).split("\uffff")[0] ?? "",
    value: JSON.parse(value as string) as unknown,
  }));
}

/** Every record with its key; bytes, which only the maps' values are, as text. */
async function readRecords(
  page: Page,
  database: string,
  table: string,
): Promise<{ key: unknown; value: unknown }[]> {
  return await page.evaluate(
    ([database, table]) =>
      new Promise<{ key: unknown; value: unknown }[]>((resolve, reject) => {
        const plain = (data: unknown): unknown => {
          if (data instanceof ArrayBuffer || data instanceof Uint8Array) {
            return new TextDecoder().decode(new Uint8Array(data as ArrayBuffer).subarray(6));
          }
          if (Array.isArray(data)) return data.map(plain);
          if (typeof data !== "object" || data === null) return data;
          return Object.fromEntries(
            Object.entries(data).map(([name, value]) => [name, plain(value)]),
          );
        };
        const fail = (error: unknown): void => reject(new Error(String(error)));
        const open = indexedDB.open(database);
        open.onerror = () => fail(open.error);
        open.onsuccess = () => {
          const db = open.result;
          if (!db.objectStoreNames.contains(table)) {
            db.close();
            fail(`${database} has no table ${table}.`);
            return;
          }
          const tx = db.transaction(table);
          const keys = tx.objectStore(table).getAllKeys();
          const values = tx.objectStore(table).getAll() as IDBRequest<unknown[]>;
          tx.onabort = () => fail(tx.error);
          tx.oncomplete = () => {
            db.close();
            resolve(
              keys.result.map((key, index) => ({
                key: plain(key),
                value: plain(values.result[index]),
              })),
            );
          };
        };
      }),
    [database, table] as const,
  );
}

/** An invocation with its executions and what they answered. */
export interface StoredCall {
  readonly id: string;
  readonly state: string;
  readonly executions: readonly { readonly outcome?: string; readonly response?: unknown }[];
}

/** The journal in the order of its commits, put together from its tables. */
export async function readCalls(page: Page, database: string): Promise<StoredCall[]> {
  type Keyed<T> = readonly { readonly key: unknown; readonly value: T }[];
  type Kept = { readonly number: number };
  const [invocations, executions, ends] = await Promise.all([
    readTable(page, database, "invocations") as Promise<
      (StoredCall & { readonly seq: number; readonly last: Kept })[]
    >,
    readRecords(page, database, "executions") as Promise<Keyed<Kept>>,
    readRecords(page, database, "ends") as Promise<Keyed<{ readonly response?: unknown }>>,
  ]);
  const of = <T>(seq: number, all: Keyed<T>) =>
    all.filter(({ key }) => (key as [number, number])[0] === seq);
  return invocations.map((invocation) => {
    const { seq, last } = invocation;
    const kept = [...of(seq, executions).map(({ value }) => value), last];
    return {
      ...invocation,
      executions: kept.map((execution) => {
        const key = String([seq, execution.number]);
        const response = ends.find((end) => String(end.key) === key)?.value.response;
        return { ...execution, ...(response === undefined ? {} : { response }) };
      }),
    };
  });
}

/** A call that is written past the page, of one execution that ended as the call did. */
export interface SeededCall {
  readonly record: { readonly id: string };
  readonly response: unknown;
}

export function seededCall(
  n: number,
  {
    at = Date.now(),
    tool = "get_payment",
    state = "completed",
    response,
  }: {
    readonly at?: number;
    readonly tool?: string;
    readonly state?: string;
    readonly response?: unknown;
  } = {},
): SeededCall {
  const time = at.toString(16).padStart(12, "0");
  const id = `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, "0")}`;
  const about = { number: 1, cause: "call", owner: "seed", guards: "on" };
  const answer = response === undefined ? undefined : { isError: false };
  const last = { ...about, startedAt: at, endedAt: at + 5, outcome: state, answer };
  const record = { id, tool, args: { n }, state, createdAt: at, last, resumptionCrashes: 0 };
  return { record, response };
}

/** Writes calls into an example's journal, past the page. */
export async function writeCalls(
  page: Page,
  database: string,
  calls: readonly SeededCall[],
): Promise<void> {
  await page.evaluate(
    ([database, calls]) =>
      new Promise<void>((resolve, reject) => {
        const open = indexedDB.open(database);
        open.onsuccess = () => {
          const tx = open.result.transaction(["invocations", "ends"], "readwrite");
          for (const { record, response } of calls) {
            // The store numbers it.
            const put = tx.objectStore("invocations").put(record);
            if (response === undefined) continue;
            put.onsuccess = () => tx.objectStore("ends").put({ response }, [put.result, 1]);
          }
          tx.oncomplete = () => {
            open.result.close();
            resolve();
          };
          tx.onabort = () => reject(new Error(String(tx.error)));
        };
      }),
    [database, calls] as const,
  );
}

/** Writes a journal of completed calls, every tenth of which failed. */
export async function seedInvocations(page: Page, database: string, count: number): Promise<void> {
  const begin = Date.now() - count * 1000;
  const records = Array.from({ length: count }, (_, n) =>
    seededCall(n, { at: begin + n * 1000, state: n % 10 === 0 ? "failed" : "completed" }),
  );
  await writeCalls(page, database, records);
}
