/**
 * The browser's process is killed at random moments while payments are made, a hundred times in all,
 * with a kept profile; after each start the store is held against the ledger. The moments come from a
 * seed, which a failure's title names.
 */
import { chromium, type BrowserContext, type Page } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BROWSER_ARGS, findBrowser } from "./support/browser.ts";
import { PlaygroundPage, readMaps, readTable, type LedgerRow } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

const DATABASE = "playground-processing";
const KILLS = 25;
const SEEDS = [1, 2, 3, 4];
/** A kill comes so long after the first call at the latest, in milliseconds. */
const LATEST_MS = 160;

interface Invocation {
  readonly id: string;
  readonly state: string;
  readonly executions: readonly {
    readonly response?: {
      readonly structuredContent?: {
        readonly status?: string;
        readonly payment?: { readonly transaction_id: string };
      };
    };
  }[];
}

interface Guard {
  readonly invocation: string;
  readonly state: string;
  readonly value?: { readonly transaction_id: string };
}

async function launch(profile: string): Promise<BrowserContext> {
  const executablePath = findBrowser();
  return await chromium.launchPersistentContext(profile, {
    args: BROWSER_ARGS,
    ...(executablePath ? { executablePath } : {}),
  });
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Reads everything, once what was interrupted has been resumed. */
async function settled(page: Page) {
  await expect
    .poll(async () =>
      ((await readTable(page, DATABASE, "invocations")) as Invocation[]).filter(
        ({ state }) => state !== "completed",
      ),
    )
    .toEqual([]);
  const [invocations, guards, ledger, maps] = await Promise.all([
    readTable(page, DATABASE, "invocations"),
    readTable(page, DATABASE, "guards"),
    readTable(page, `${DATABASE}-ledger`, "rows"),
    readMaps(page, DATABASE),
  ]);
  return {
    invocations: invocations as Invocation[],
    guards: guards as Guard[],
    ledger: ledger as LedgerRow[],
    maps,
  };
}

/** Every payment was charged at most once, and what is said to be paid was charged and written. */
function check({ invocations, guards, ledger, maps }: Awaited<ReturnType<typeof settled>>): void {
  const charges = new Map<string, number>();
  for (const { invocation } of ledger) {
    charges.set(invocation, (charges.get(invocation) ?? 0) + 1);
  }
  const written = new Set(
    maps
      .filter(({ map }) => map === "payments")
      .map(({ value }) => (value as { transaction_id: string }).transaction_id),
  );
  expect(
    [...charges].filter(([, count]) => count > 1),
    "charged twice",
  ).toEqual([]);
  for (const { id, executions } of invocations) {
    const guard = guards.find(({ invocation }) => invocation === id);
    const { status, payment } = executions.at(-1)?.response?.structuredContent ?? {};
    expect(["stored", "started", "failed"], id).toContain(guard?.state);
    expect(status === "success", id).toBe(guard?.state === "stored");
    if (status !== "success") continue;
    expect(charges.get(id), `${id} is said to be paid`).toBe(1);
    expect(guard?.value?.transaction_id, id).toBe(payment?.transaction_id);
    expect(written.has(payment?.transaction_id ?? ""), `${id} is written`).toBe(true);
  }
}

for (const seed of SEEDS) {
  test(`${KILLS} kills at random lose nothing and charge nothing twice (seed ${seed})`, async ({
    baseURL,
  }) => {
    test.setTimeout(900_000);
    const profile = mkdtempSync(join(tmpdir(), "playground-kills-"));
    const random = randomOf(seed);
    let context: BrowserContext | undefined;
    /** What was settled must stay as it was. */
    let known = new Map<string, string>();
    try {
      for (let kill = 0; kill <= KILLS; kill++) {
        context = await launch(profile);
        const page = context.pages()[0] ?? (await context.newPage());
        const playground = new PlaygroundPage(page);
        await playground.open(new URL("/?scope=all&panel=effects", baseURL).href);
        const found = await settled(page);
        check(found);
        const now = new Map(found.guards.map((guard) => [guard.invocation, JSON.stringify(guard)]));
        for (const [id, before] of known) expect(now.get(id), `guard of ${id}`).toBe(before);
        known = now;
        if (kill === KILLS) {
          // The kills did strike in the middle of calls.
          expect(found.invocations.length).toBeGreaterThan(KILLS / 2);
          expect(found.invocations.some(({ executions }) => executions.length > 1)).toBe(true);
          break;
        }
        const closed = context.waitForEvent("close");
        const call = page.getByRole("button", { name: "Call process_payment" });
        await call.click();
        const clicking = (async () => {
          for (;;) await call.click();
        })().catch(() => undefined); // Until the browser is gone.
        await new Promise((resolve) => setTimeout(resolve, random() * LATEST_MS));
        execFileSync("pkill", ["-9", "-f", `user-data-dir=${profile}`]);
        await closed;
        await clicking;
      }
    } finally {
      await context?.close();
      rmSync(profile, { recursive: true, force: true });
    }
  });
}
