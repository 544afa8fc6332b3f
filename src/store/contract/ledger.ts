import { expect, it } from "vitest";
import type { LedgerEntry } from "../index.ts";
import { useEngine, type Engine } from "./engine.ts";

const entry = (more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  at: 1,
  service: "bank",
  operation: "charge",
  invocation: "i",
  execution: 1,
  request: { amount: 5 },
  response: { ok: true },
  ...more,
});

export function ledgerContract(engine: Engine): void {
  const bench = useEngine(engine);

  it("each row stands for one time, numbered, unanswered until it is settled", async () => {
    const ledger = await bench.openLedger();
    const first = await ledger.record(entry({ alias: "pay", attempt: 1 }));
    const second = await ledger.record(entry({ request: { amount: 6 } }));
    expect(second).toBeGreaterThan(first);
    const error = { name: "NetworkError", message: "lost" };
    await ledger.settle(first, { answered: true });
    await ledger.settle(second, { error });
    expect(await ledger.settle(99, { answered: true })).toBeUndefined();
    const rows = await ledger.rows({ invocation: "i", limit: 9 });
    // Nothing of how an engine finds it.
    expect(Object.keys(rows[1] ?? {}).toSorted()).toEqual(
      [...Object.keys(entry()), "seq", "outcome", "error", "occurrence"].toSorted(),
    );
    expect(rows).toMatchObject([
      { seq: first, alias: "pay", attempt: 1, outcome: "answered", occurrence: 1 },
      { seq: second, outcome: "unanswered", error, request: { amount: 6 }, occurrence: 1 },
    ]);
  });

  it("what is begun for real may have happened until the service has said", async () => {
    const ledger = await bench.openLedger();
    const begun = { ...entry(), outcome: "uncertain", response: undefined } as const;
    const [done, refused, open] = [
      await ledger.record(begun),
      await ledger.record({ ...begun, request: 2 }),
      await ledger.record({ ...begun, request: 3 }),
    ];
    await ledger.settle(done, { happened: true, response: { ok: 7 } });
    expect((await ledger.rows({ invocation: "i", limit: 9 }))[0]).toMatchObject({
      outcome: "unanswered",
      response: { ok: 7 },
    });
    await ledger.settle(done, { answered: true });
    await ledger.settle(refused, { refused: { name: "EffectRefused", message: "no" } });
    await ledger.settle(open, { error: { name: "Error", message: "timed out" } });
    expect(await ledger.rows({ invocation: "i", limit: 9 })).toMatchObject([
      { outcome: "answered", response: { ok: 7 } },
      { outcome: "refused", error: { message: "no" } },
      { outcome: "uncertain", error: { message: "timed out" } },
    ]);
    expect(await ledger.tally(["i"])).toEqual([{ effects: 1, duplicates: 0, uncertain: 1 }]);
  });

  it("the same request again in an invocation is a duplicate, in any order of its members", async () => {
    const ledger = await bench.openLedger();
    await ledger.record(entry({ request: { a: 1, b: 2 } }));
    await ledger.record(entry({ request: { b: 2, a: 1 }, execution: 2 }));
    await ledger.record(entry({ request: { a: 1, b: 2 }, validation: true }));
    await ledger.record(entry({ request: { a: 1, b: 2 }, invocation: "j" }));
    const rows = await ledger.rows({ limit: 9 });
    expect(rows.map(({ occurrence }) => occurrence)).toEqual([1, 2, 1, 1]);
    expect(await ledger.tally(["i", "j", "none"])).toEqual([
      { effects: 2, duplicates: 1, uncertain: 0 },
      { effects: 1, duplicates: 0, uncertain: 0 },
      { effects: 0, duplicates: 0, uncertain: 0 },
    ]);
  });

  it("is listed in pages in the order in which it happened, and survives its connection", async () => {
    const ledger = await bench.openLedger();
    const numbers: number[] = [];
    for (let n = 0; n < 5; n++) numbers.push(await ledger.record(entry({ request: { n } })));
    await ledger.close();
    const again = await bench.openLedger();
    const page = await again.rows({ limit: 2 });
    expect(page.map(({ seq }) => seq)).toEqual(numbers.slice(3));
    const before = await again.rows({ limit: 2, before: numbers[3] });
    expect(before.map(({ seq }) => seq)).toEqual(numbers.slice(1, 3));
    await again.wipe();
    expect(await again.rows({ limit: 9 })).toEqual([]);
  });

  it("tells of its rows, here and over another connection", async () => {
    const [here, there] = [await bench.openLedger(), await bench.openLedger()];
    const local: unknown[] = [];
    here.subscribe((change) => local.push(change));
    const notified = new Promise((resolve) => there.subscribe(resolve));
    const row = await here.record(entry());
    expect(await notified).toMatchObject({ tables: ["ledger"], invocation: "i", remote: true });
    expect(local).toMatchObject([{ tables: ["ledger"], invocation: "i", remote: false }]);
    // What it came to is told of the same call, and of no other.
    await here.settle(row, { answered: true });
    expect(local.slice(1)).toMatchObject([{ tables: ["ledger"], invocation: "i" }]);
  });
}
