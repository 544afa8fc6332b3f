/**
 * Ten operations, each as the store does it and as Dexie does: the same entries, and with each
 * mutation the record that it was applied once, in one transaction.
 */
import { Dexie, type Table } from "dexie";
import { openStore, uuidv7 } from "../../src/index.ts";
import { contest, time, type Row } from "./measure.ts";

const ROWS = 20_000;
const MANY = 50;
const RANGE = 100;
const value = crypto.getRandomValues(new Uint8Array(100));
const keyAt = (index: number): string => `key-${String(index).padStart(9, "0")}`;

type Entry = { map: string; key: string; value: Uint8Array; write: string };
type Change = { method: "insert" | "remove"; entries: [string, Uint8Array][] };

/** What both sides can do. */
interface Side {
  insert(entries: [string, Uint8Array][]): Promise<unknown>;
  remove(keys: string[]): Promise<unknown>;
  get(key: string): Promise<unknown>;
  range(from: string, direction: "ascending" | "descending"): Promise<unknown>;
  between(from: string, to: string): Promise<unknown>;
  claim(alias: string): Promise<unknown>;
}

async function openOurs(name: string): Promise<Side & { close(): void }> {
  const store = await openStore({ name });
  const map = "m";
  const invocation = uuidv7();
  const about = () => {
    const id = uuidv7();
    return { map, at: Date.now(), origin: {}, once: [invocation, id] };
  };
  return {
    insert: (entries) => store.applyMutation({ ...about(), change: { method: "insert", entries } }),
    remove: (keys) => store.applyMutation({ ...about(), change: { method: "remove", keys } }),
    get: (key) => store.readEntry(map, key),
    range: (key, direction) => {
      const bound = { key, open: false };
      const bounds = direction === "ascending" ? { lower: bound } : { upper: bound };
      return store.readRange({ map, direction, limit: RANGE, ...bounds });
    },
    between: (from, to) =>
      store.readRange({
        map,
        direction: "ascending",
        limit: RANGE,
        lower: { key: from, open: false },
        upper: { key: to, open: true },
      }),
    claim: (alias) =>
      store.claimGuard({
        invocation,
        invocationSeq: 1,
        alias,
        kind: "atLeastOnce",
        execution: 1,
        at: 0,
      }),
    close: () => {
      void store.close();
      indexedDB.deleteDatabase(name);
    },
  };
}

function openDexie(name: string): Side & { close(): void } {
  const db = new Dexie(name, { chromeTransactionDurability: "relaxed" }) as Dexie & {
    entries: Table<Entry, [string, string]>;
    writes: Table<{ id: string; map: string; at: number; once: string[]; change: Change }, string>;
    guards: Table<Record<string, unknown>, [string, string]>;
  };
  db.version(1).stores({
    entries: "[map+key]",
    writes: "id,&once,[map+id]",
    guards: "[invocation+alias]",
  });
  const map = "m";
  const invocation = uuidv7();
  const mutate = (change: Change, apply: (id: string) => PromiseLike<unknown>): Promise<unknown> =>
    db.transaction("rw", db.entries, db.writes, async () => {
      const id = uuidv7();
      const once = [invocation, id];
      if (await db.writes.where("once").equals(once).first()) return;
      await db.writes.put({ id, map, at: Date.now(), once, change });
      await apply(id);
    });
  return {
    insert: (entries) =>
      mutate({ method: "insert", entries }, (write) =>
        db.entries.bulkPut(entries.map(([key, value]) => ({ map, key, value, write }))),
      ),
    remove: (keys) =>
      mutate({ method: "remove", entries: keys.map((key) => [key, value]) }, () =>
        db.entries.bulkDelete(keys.map((key): [string, string] => [map, key])),
      ),
    get: (key) => db.entries.get([map, key]),
    range: (key, direction) => {
      const found =
        direction === "ascending"
          ? db.entries.where("[map+key]").between([map, key], [map, []], true, false)
          : db.entries.where("[map+key]").between([map, ""], [map, key], true, true).reverse();
      return found.limit(RANGE).toArray();
    },
    between: (from, to) =>
      db.entries
        .where("[map+key]")
        .between([map, from], [map, to], true, false)
        .limit(RANGE)
        .toArray(),
    claim: (alias) =>
      db.transaction("rw", db.guards, async () => {
        const earlier = await db.guards.get([invocation, alias]);
        if (earlier) return;
        await db.guards.put({
          invocation,
          alias,
          kind: "atLeastOnce",
          state: "absent",
          attempts: 1,
        });
      }),
    close: () => {
      db.close();
      void db.delete();
    },
  };
}

const batchOf = (from: number, count: number): [string, Uint8Array][] =>
  Array.from({ length: count }, (_, index) => [keyAt(from + index), value]);

type Operation = readonly [
  work: string,
  times: number,
  run: (side: Side, n: number) => Promise<unknown>,
];

const place = (n: number): string => keyAt(RANGE + ((n * 397) % (ROWS - 2 * RANGE)));
let fresh = ROWS;

const OPERATIONS: readonly Operation[] = [
  ["insert a batch of 10,000", 1, (side) => side.insert(batchOf((fresh += 10_000), 10_000))],
  ["insert a batch of 100", 10, (side) => side.insert(batchOf((fresh += 100), 100))],
  ["insert one entry", MANY, (side) => side.insert(batchOf((fresh += 1), 1))],
  ["overwrite one entry", MANY, (side, n) => side.insert([[place(n), value]])],
  ["get one entry", MANY, (side, n) => side.get(place(n))],
  ["range of 100, ascending", MANY, (side, n) => side.range(place(n), "ascending")],
  ["range of 100, descending", MANY, (side, n) => side.range(place(n), "descending")],
  ["range of a prefix", MANY, (side, n) => side.between(place(n).slice(0, -1), `${place(n)}~`)],
  ["remove one entry", MANY, (side, n) => side.remove([place(n)])],
  ["claim a guard", MANY, (side) => side.claim(uuidv7())],
];

export async function dexieContests(newName: () => string): Promise<Row[]> {
  const ours = await openOurs(newName());
  const dexie = openDexie(newName());
  for (const side of [ours, dexie]) await side.insert(batchOf(0, ROWS));
  const rows: Row[] = [];
  for (const [work, times, run] of OPERATIONS) {
    const runs = (side: Side) => (): Promise<number> =>
      time(async () => {
        for (let n = 0; n < times; n++) await run(side, n);
      });
    const runFloor = runs(dexie);
    const runOurs = runs(ours);
    rows.push(await contest({ work, floor: "Dexie", bar: 1, times, rounds: 7, runFloor, runOurs }));
  }
  ours.close();
  dexie.close();
  return rows;
}
