/** What other pages of the origin may post on the channel: all of it is read, only what can be meant is told. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChangeFeed, originChannel } from "./change-feed.ts";
import { MOST_CHANGES, readChanges, type StoreChange } from "./change-message.ts";
import { deferred } from "./index.ts";

const deep = (depth: number): unknown => {
  let value: unknown = "end";
  for (let level = 0; level < depth; level++) value = { value };
  return value;
};

const MALFORMED: readonly (readonly [string, unknown])[] = [
  ["null", null],
  ["undefined", undefined],
  ["a number", 5],
  ["a text", "maps"],
  ["an object that is no array", { tables: ["maps"] }],
  ["an array of null", [null]],
  ["an array of numbers and texts", [1, "maps", true]],
  ["an array of arrays", [[["maps"]]]],
  ["no tables", [{ map: "m" }]],
  ["tables that are a text", [{ tables: "maps" }]],
  ["tables that are an object", [{ tables: { 0: "maps", length: 1 } }]],
  ["tables of null", [{ tables: [null, {}, 5] }]],
  ["a table of another build alone", [{ tables: ["tasks"], invocation: "i" }]],
  ["a map that is a number", [{ tables: ["maps"], map: 5 }]],
  ["an invocation that is an object", [{ tables: ["guards"], invocation: { id: "i" } }]],
  ["a server that is null", [{ tables: ["invocations"], server: null }]],
  ["wiped that is no true", [{ tables: ["invocations"], wiped: "yes" }]],
  ["a deep one", deep(500)],
  ["an array of a deep one", [deep(500)]],
  ["bytes", new Uint8Array([1, 2, 3])],
  ["a Map", new Map([["tables", ["maps"]]])],
  ["a huge one", Array.from({ length: MOST_CHANGES + 1 }, () => ({ tables: ["maps"] }))],
];

describe("readChanges", () => {
  it.each(MALFORMED)("reads nothing from %s", (_, message) => {
    expect(readChanges(message)).toEqual([]);
  });

  it("reads what is known of a message, and leaves out what is not", () => {
    const message = [
      { tables: ["tasks", "trace", "maps", "maps"], map: "m", priority: 3, remote: false },
      null,
      { tables: ["invocations"], invocation: "i", server: "s", wiped: true },
    ];
    expect(readChanges(message)).toEqual([
      { tables: ["maps", "trace"], map: "m", remote: true },
      { tables: ["invocations"], invocation: "i", server: "s", wiped: true, remote: true },
    ]);
  });

  it("names each table once, however often it is named", () => {
    const tables = Array.from({ length: 100_000 }, () => "guards");
    expect(readChanges([{ tables }])).toEqual([{ tables: ["guards"], remote: true }]);
  });
});

describe("a feed", () => {
  let name: string;
  let feed: ChangeFeed;
  let other: BroadcastChannel;
  beforeEach(() => {
    name = `feed-${crypto.randomUUID()}`;
    feed = new ChangeFeed(originChannel(name));
    other = new BroadcastChannel(`durable-mcp:${name}`);
  });
  afterEach(() => {
    feed.close();
    other.close();
  });

  /** What the feed tells until it tells of the map `last`. */
  function reportedUntil(last: string): Promise<StoreChange[]> {
    const seen: StoreChange[] = [];
    const all = deferred<StoreChange[]>();
    feed.subscribe((change) => {
      if (change.map === last) all.resolve(seen);
      else seen.push(change);
    });
    return all.promise;
  }

  // What the handler threw would be uncaught, and fail the run.
  it.each(MALFORMED)("tells nobody of %s, and goes on", async (_, message) => {
    const reported = reportedUntil("last");
    other.postMessage(message);
    other.postMessage([{ tables: ["maps"], map: "last" }]);
    expect(await reported).toEqual([]);
  });

  it("tells of what it knows in a newer build's message", async () => {
    const reported = reportedUntil("last");
    other.postMessage([{ tables: ["tasks", "guards"], invocation: "i", task: "t" }]);
    other.postMessage([{ tables: ["maps"], map: "last" }]);
    expect(await reported).toEqual([{ tables: ["guards"], invocation: "i", remote: true }]);
  });

  it("sends what it is told in messages that every page reads, whatever the number", async () => {
    const there = new ChangeFeed(originChannel(name));
    const reported = reportedUntil("last");
    const count = MOST_CHANGES + 5;
    for (let n = 0; n < count; n++) there.emit({ tables: ["maps"], map: String(n) });
    there.emit({ tables: ["maps"], map: "last" });
    there.close();
    expect(await reported).toHaveLength(count);
  });
});
