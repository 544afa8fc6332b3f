import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { locksOfTabs } from "../../testing/example.ts";
import { uuidv7, uuidv7Lower } from "../../durable/index.ts";
import { isRun, sweepOf } from "./scratch-names.ts";
import { Scratch, type Release, type SharedLocks } from "./scratch.ts";

let sweep: string;
beforeEach(() => {
  sweep = `explore-${uuidv7()}`;
});
afterEach(async () => {
  for (const name of await namesOf("explore-")) indexedDB.deleteDatabase(name);
});

async function make(...names: readonly string[]): Promise<void> {
  for (const name of names) (await openDB(name)).close();
}

async function namesOf(prefix: string): Promise<string[]> {
  const found = (await indexedDB.databases()).map(({ name = "" }) => name);
  return found.filter((name) => name.startsWith(prefix)).sort();
}

it("a sweep's run is told by its name; its ledger, which is no run, is of the sweep too", () => {
  const id = uuidv7();
  const run = `explore-${id}-pair-3-fewer-without-0`;
  expect([isRun(run), sweepOf(run)]).toEqual([true, id]);
  expect([isRun(`${run}-ledger`), sweepOf(`${run}-ledger`)]).toEqual([false, id]);
});

it("nothing else is taken for one", () => {
  const id = uuidv7();
  const others = [
    "",
    "playground-processing",
    `explore-${id}`,
    `explore-${id}-`,
    `explore-${id}-a/b`,
    `xexplore-${id}-on-1`,
    "explore-not-a-uuid-on-1",
    // Of version 4, and of no variant: their time could not be read.
    `explore-${crypto.randomUUID()}-on-1`,
    `explore-${id.slice(0, 19)}0${id.slice(20)}-on-1`,
  ];
  expect(others.filter((name) => isRun(name) || sweepOf(name) !== undefined)).toEqual([]);
});

describe("clear, in a page whose locks every tab shares", () => {
  let here: Scratch;
  let there: Scratch;
  beforeEach(() => {
    const locks = locksOfTabs();
    [here, there] = [new Scratch(locks, 0), new Scratch(locks, 0)];
  });

  it("deletes what nobody holds, and no other database", async () => {
    const own = `playground-${sweep}-on-1`;
    await make(`${sweep}-clean`, `${sweep}-clean-ledger`, own);
    await here.clear();
    expect(await namesOf(sweep)).toEqual([]);
    expect(await namesOf("playground-explore-")).toEqual([own]);
    indexedDB.deleteDatabase(own);
  });

  it("keeps the whole of a sweep that another tab holds, until it is given up", async () => {
    const release = await there.hold(sweep);
    await make(`${sweep}-clean`, `${sweep}-on-0`, `${sweep}-on-0-ledger`);
    await here.clear();
    expect(await namesOf(sweep)).toHaveLength(3);
    await release();
    await here.clear();
    expect(await namesOf(sweep)).toEqual([]);
  });

  it("of a sweep of which a tab shows one run, keeps that run and its ledger", async () => {
    const run = `${sweep}-on-1`;
    const release = await there.hold(run);
    await make(run, `${run}-ledger`, `${run}1`, `${run}1-ledger`, `${sweep}-on-0`);
    await here.clear();
    expect(await namesOf(sweep)).toEqual([run, `${run}-ledger`]);
    await release();
    await here.clear();
    expect(await namesOf(sweep)).toEqual([]);
  });

  it("keeps what two hold until both have given it up", async () => {
    const releases = [await here.hold(sweep), await there.hold(sweep)];
    await make(`${sweep}-on-0`);
    for (const release of releases) {
      await here.clear();
      expect(await namesOf(sweep)).toHaveLength(1);
      await release();
    }
    await here.clear();
    expect(await namesOf(sweep)).toEqual([]);
  });

  it("keeps what is held again by the second look, as by a page that was reloaded", async () => {
    const run = `${sweep}-on-0`;
    await make(run, `${sweep}-on-1`);
    const locks = locksOfTabs();
    let release: Release | undefined;
    const query = async () => {
      const seen = await locks.query();
      release ??= await new Scratch(locks, 0).hold(run);
      return seen;
    };
    await new Scratch({ ...locks, query }, 0).clear();
    expect(await namesOf(sweep)).toEqual([run]);
    await release?.();
  });

  it("does not wait for a connection that stays open, and fails for nobody", async () => {
    const db = await openDB(`${sweep}-on-0`);
    await here.clear();
    db.close();
    await expect.poll(() => namesOf(sweep)).toEqual([]);
    vi.spyOn(indexedDB, "databases").mockRejectedValueOnce(new Error("blocked"));
    await expect(here.clear()).resolves.toBeUndefined();
    vi.restoreAllMocks();
  });
});

describe("where tabs share no locks", () => {
  it("only what this page held, or what is a day old, is deleted", async () => {
    const here = new Scratch(undefined, 0);
    const old = `explore-${uuidv7Lower(Date.now() - 25 * 3600 * 1000)}`;
    const other = `explore-${uuidv7()}`;
    const release = await here.hold(sweep);
    await make(`${sweep}-on-0`, `${old}-on-0`, `${other}-on-0`);
    await here.clear();
    expect(await namesOf("explore-")).toEqual([`${sweep}-on-0`, `${other}-on-0`].sort());
    await release();
    await here.clear();
    expect(await namesOf("explore-")).toEqual([`${other}-on-0`]);
  });
});

it("a page that is refused a lock goes on without", async () => {
  const locks: SharedLocks = {
    request: () => Promise.reject(new DOMException("no", "SecurityError")),
    query: () => Promise.resolve({}),
  };
  const release = await new Scratch(locks).hold(sweep);
  await expect(release()).resolves.toBeUndefined();
});
