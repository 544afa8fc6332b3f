/** The benchmark as it runs in the browser; see DESIGN's table and the README. */
import { SortedMap, uuidv7 } from "../../src/index.ts";
import { openBare, readRange, write } from "./bare.ts";
import { BATCH, entriesOf, fill, keyAt, newName, serve, value } from "./bed.ts";
import { callContest, eightContest, guardContests, retryContest } from "./calls.ts";
import { dexieContests } from "./dexie.ts";
import type { FormsRow } from "./forms.ts";
import { contest, MANY, ROUNDS, time, type Contest, type Row } from "./measure.ts";
import { fill as fillExample, keepWriting } from "./writer.ts";

const RANGE = 100;

const batch: Contest = {
  work: "insert 10,000 entries in one batch",
  floor: "the same bytes by bare put in one transaction",
  bar: 1.15,
  rounds: 15,
  async runFloor() {
    const name = newName();
    const db = await openBare(name, ["entries"]);
    const entries = Object.entries(entriesOf(0, BATCH));
    const ms = await time(() =>
      write(db, "entries", "relaxed", (table) => {
        for (const [key, value] of entries) table.put(value, key);
      }),
    );
    db.close();
    indexedDB.deleteDatabase(name);
    return ms;
  },
  async runOurs() {
    const served = await serve(newName());
    const entries = entriesOf(0, BATCH);
    const ms = await served.timed(uuidv7(), (context) =>
      SortedMap.ref("m").insert(context, { entries }),
    );
    await served.close();
    return ms;
  },
};

async function rangeContests(): Promise<Row[]> {
  const rows = 200_000;
  const served = await serve(newName());
  const name = newName();
  const bare = await openBare(name, ["entries"]);
  // What is the newest in the browser's files is read quicker, by 8 % here, whichever it is: so all
  // are filled in turns, and the newest is neither of the two.
  const newest = await openBare(newName(), ["entries"]);
  for (let at = 0; at < rows; at += BATCH) {
    await fill(served, "m", BATCH, at);
    for (const each of [bare, newest]) {
      await write(each, "entries", "relaxed", (table) => {
        for (let index = at; index < at + BATCH; index++) table.put(value, keyAt(index));
      });
    }
  }
  const places = Array.from({ length: MANY }, (_, index) => 1000 + index * 3970);
  const results: Row[] = [];
  for (const direction of ["next", "prev"] as const) {
    results.push(
      await contest({
        work: `range of 100 out of 200,000, ${direction === "next" ? "ascending" : "descending"}`,
        floor: "one bare getAllRecords",
        bar: 1.15,
        times: MANY,
        rounds: ROUNDS,
        runFloor: () =>
          time(async () => {
            for (const at of places) {
              const query =
                direction === "next"
                  ? IDBKeyRange.lowerBound(keyAt(at))
                  : IDBKeyRange.upperBound(keyAt(at));
              await readRange(bare, "entries", query, RANGE, direction);
            }
          }),
        runOurs: () =>
          served.timed(uuidv7(), async (context) => {
            const map = SortedMap.ref("m");
            for (const at of places) {
              const request = { startKey: keyAt(at), limit: RANGE };
              await (direction === "next"
                ? map.range(context, request)
                : map.reverseRange(context, request));
            }
          }),
      }),
    );
  }
  for (const each of [bare, newest]) {
    each.close();
    indexedDB.deleteDatabase(each.name);
  }
  await served.close();
  return results;
}

async function sizeContest(): Promise<Row> {
  const [small, large] = [await serve(newName()), await serve(newName())];
  await fill(small, "m", 1000);
  await fill(large, "m", 1_000_000);
  const run = (served: typeof small, rows: number) => (): Promise<number> =>
    served.timed(uuidv7(), async (context) => {
      for (let index = 0; index < MANY; index++) {
        const startKey = keyAt(Math.floor((index / MANY) * (rows - RANGE)));
        await SortedMap.ref("m").range(context, { startKey, limit: RANGE });
      }
    });
  const row = await contest({
    work: "range of 100 out of 1,000,000",
    floor: "out of 1,000",
    bar: 1.2,
    times: MANY,
    rounds: ROUNDS,
    runFloor: run(small, 1000),
    runOurs: run(large, 1_000_000),
  });
  await small.close();
  await large.close();
  return row;
}

/** Runs what is asked for, or everything. */
async function bench(only: string, report: (row: Row) => void): Promise<void> {
  const parts: [string, () => Promise<Row | readonly Row[]>][] = [
    ["batch", () => contest(batch)],
    ["range", rangeContests],
    ["guard", guardContests],
    ["call", callContest],
    ["retry", retryContest],
    ["eight", eightContest],
    ["size", sizeContest],
    ["dexie", () => dexieContests(newName)],
  ];
  for (const [name, run] of parts) {
    if (only !== "" && !only.split(",").includes(name)) continue;
    for (const row of [await run()].flat()) report(row);
  }
}

declare global {
  interface Window {
    bench: typeof bench;
    fill: typeof fillExample;
    keepWriting: typeof keepWriting;
    callEveryTool: () => Promise<FormsRow>;
  }
}
window.bench = bench;
window.fill = fillExample;
window.keepWriting = keepWriting;
window.callEveryTool = async () => (await import("./forms.ts")).callEveryTool();
