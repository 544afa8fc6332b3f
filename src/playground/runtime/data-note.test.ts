/** The note that an example had data: when it tells of a loss, of which, and for how long. */
import { beforeEach, afterEach, describe, expect, it, vi } from "vitest";
import { DataNote } from "./data-note.ts";

const STORE = "playground-test";
const LEDGER = `${STORE}-ledger`;
const id = (n: number): string => `01890000-0000-7000-8000-${String(n).padStart(12, "0")}`;

let kept: Map<string, string>;
beforeEach(() => {
  kept = new Map();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  });
  vi.useFakeTimers({ now: 1000, toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A note as a page that was just loaded has it. */
const reloaded = (): DataNote => new DataNote(STORE);

function begins(note: DataNote, n: number, remote = false): void {
  note.saw({ tables: ["invocations"], invocation: id(n), invocationSeq: n, remote });
}

describe("a database that is made", () => {
  it("was not lost where there was none before", () => {
    const note = reloaded();
    note.made({ name: STORE });
    // A server has started: it looks for interrupted calls, and there are none.
    note.saw({ tables: ["invocations", "trace"], remote: false });
    note.saw({ tables: ["invocations"], server: "s", remote: false });
    note.saw({ tables: ["settings"], remote: false });
    reloaded().made({ name: STORE });
    expect(reloaded().loss).toBeUndefined();
  });

  it("was lost where calls had been made, and how many is told", () => {
    const note = reloaded();
    begins(note, 1);
    begins(note, 1); // It ends.
    vi.setSystemTime(2000);
    begins(note, 2);
    begins(note, 1); // It is retried.
    begins(reloaded(), 2); // It is resumed.
    begins(note, 3, true); // By another tab, which takes note itself.
    vi.setSystemTime(3000);
    const later = reloaded();
    later.made({ name: STORE });
    later.made({ name: LEDGER });
    const had = { since: 1000, last: 2000, calls: 2, newest: 2 };
    expect(later.loss).toEqual({ at: 3000, databases: [STORE, LEDGER], had });
    expect(reloaded().loss).toEqual(later.loss);
  });

  it("was lost where a map had been written by hand, with no call", () => {
    const note = reloaded();
    note.saw({ tables: ["maps"], map: "m", remote: false });
    note.saw({ tables: ["maps"], map: "m", remote: false });
    reloaded().made({ name: STORE });
    expect(reloaded().loss).toMatchObject({ databases: [STORE], had: { calls: 0 } });
  });

  it("was lost where the browser says so, and its ledger with it, though there is no note", () => {
    const note = reloaded();
    note.made({ name: STORE, dataLoss: "corrupt" });
    note.made({ name: LEDGER });
    expect(note.loss).toEqual({ at: 1000, databases: [STORE, LEDGER], reason: "corrupt" });
  });

  it("is told of its own where the ledger alone is gone; the store's loss is noticed after", () => {
    begins(reloaded(), 1);
    const note = reloaded();
    note.made({ name: LEDGER });
    expect(note.loss?.databases).toEqual([LEDGER]);
    note.dismiss();
    reloaded().made({ name: STORE });
    expect(reloaded().loss).toMatchObject({ databases: [STORE], had: { calls: 1 } });
  });

  it("is told with the other one though the page was closed between the two", () => {
    begins(reloaded(), 1);
    reloaded().made({ name: STORE });
    reloaded().made({ name: LEDGER });
    expect(reloaded().loss).toMatchObject({ databases: [STORE, LEDGER], had: { calls: 1 } });
  });
});

it("what was dismissed is not told again, and the next loss is", () => {
  const note = reloaded();
  begins(note, 1);
  note.made({ name: STORE });
  note.dismiss();
  expect([note.loss, reloaded().loss]).toEqual([undefined, undefined]);
  reloaded().made({ name: STORE });
  expect(reloaded().loss).toBeUndefined();
  // The same page goes on, on the database that was made.
  begins(note, 1);
  reloaded().made({ name: STORE });
  expect(reloaded().loss).toMatchObject({ had: { calls: 1 } });
});

it("nothing is lost after a wipe, here or in another tab, until there is data again", () => {
  const note = reloaded();
  const elsewhere = reloaded();
  begins(note, 1);
  begins(elsewhere, 2);
  note.saw({ tables: ["invocations", "maps"], wiped: true, remote: false });
  note.clear();
  elsewhere.saw({ tables: ["invocations", "maps"], wiped: true, remote: true });
  // A wipe is a change of every table, and no data.
  note.saw({ tables: ["invocations", "maps"], wiped: true, remote: false });
  reloaded().made({ name: STORE });
  expect(reloaded().loss).toBeUndefined();
  begins(elsewhere, 2); // It is retried.
  reloaded().made({ name: STORE });
  expect(reloaded().loss).toMatchObject({ had: { calls: 1 } });
});

it("examples have notes of their own", () => {
  begins(new DataNote("playground-other"), 1);
  reloaded().made({ name: STORE });
  expect(reloaded().loss).toBeUndefined();
});

it("where storage is blocked, or the note is of something else, the page goes on", () => {
  kept.set(`data:${STORE}`, '{"had":"much"}');
  expect(reloaded().loss).toBeUndefined();
  const blocked = (): never => {
    throw new DOMException("denied", "SecurityError");
  };
  vi.stubGlobal("localStorage", { getItem: blocked, setItem: blocked });
  const note = reloaded();
  begins(note, 1);
  note.made({ name: STORE });
  note.made({ name: LEDGER });
  expect(note.loss).toMatchObject({ databases: [STORE, LEDGER], had: { calls: 1 } });
  note.dismiss();
  expect(note.loss).toBeUndefined();
});
