/** What can go wrong with the database, and that nothing is lost or half-written by it. */
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openDatabase } from "./database.ts";
import {
  deferred,
  StoreClosedError,
  StoreQuotaError,
  StoreUnavailableError,
  StoreVersionError,
  UnstorableValueError,
  type MutationRequest,
  type StoreChange,
} from "../index.ts";
import { openLedger, openStore, type IndexedDbStore } from "./index.ts";

let name: string;
const open: { close(): unknown }[] = [];
beforeEach(() => {
  name = `store-${crypto.randomUUID()}`;
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  for (const connection of open.splice(0)) await connection.close();
  indexedDB.deleteDatabase(name);
});

/** Closes it when the test is over. */
function keep<T extends { close(): unknown }>(connection: T): T {
  open.push(connection);
  return connection;
}

const write = (keys: readonly string[]): MutationRequest => ({
  map: "m",
  at: 0,
  origin: {},
  change: { method: "insert", entries: keys.map((key) => [key, new Uint8Array([1])]) },
});

async function readKeys(store: IndexedDbStore): Promise<string[]> {
  const lower = { key: "a", open: false };
  const entries = await store.readRange({ map: "m", direction: "ascending", limit: 99, lower });
  return entries.map(({ key }) => key);
}

describe("opening", () => {
  it("a database of a newer version is refused in words, and loses nothing", async () => {
    const newer = await openDB(name, 99, {
      upgrade: (db) => void db.createObjectStore("future").put("precious", "key"),
    });
    newer.close();
    const opening = openStore({ name });
    await expect(opening).rejects.toThrow(StoreVersionError);
    await expect(opening).rejects.toThrow(/newer version.*Reload/);
    const again = keep(await openDB(name));
    expect([again.version, await again.get("future", "key")]).toEqual([99, "precious"]);
  });

  it("without IndexedDB is refused, and says what to do", async () => {
    vi.stubGlobal("indexedDB", undefined);
    await expect(openStore({ name })).rejects.toThrow(StoreUnavailableError);
    await expect(openLedger({ name })).rejects.toThrow(/private window|site data/);
    vi.unstubAllGlobals();
  });

  it("where the browser forbids it is refused, and keeps the browser's reason", async () => {
    const reason = new DOMException("denied", "SecurityError");
    vi.spyOn(indexedDB, "open").mockImplementation(() => {
      throw reason;
    });
    const opening = openStore({ name });
    await expect(opening).rejects.toThrow(StoreUnavailableError);
    await expect(opening).rejects.toMatchObject({ cause: reason });
  });

  it("a newer version waits for a tab that keeps the older one, says so, and goes on when it closes", async () => {
    const older = await openDB(name, 1, { upgrade: (db) => void db.createObjectStore("a") });
    const blocked = deferred<string>();
    const opening = openDatabase({ name, onConnection: blocked.resolve }, 2, (db) => {
      (db as unknown as IDBDatabase).createObjectStore("b");
    });
    expect(await blocked.promise).toBe("blocked");
    older.close();
    const db = keep(await opening);
    expect([...db.objectStoreNames]).toEqual(["a", "b"]);
  });

  it("a newer version elsewhere closes this connection, says so, and keeps what was committed", async () => {
    const superseded = deferred<string>();
    const store = keep(await openStore({ name, onConnection: superseded.resolve }));
    await store.applyMutation(write(["a"]));
    const newer = keep(await openDB(name, 99));
    expect(await superseded.promise).toBe("superseded");
    await expect(store.readEntry("m", "a")).rejects.toThrow(StoreClosedError);
    await expect(store.writeSetting("a", 1)).rejects.toThrow(/closed.*Reload/);
    expect(await newer.count("entries")).toBe(1);
  });
});

describe("a full disk", () => {
  it.each([1, 2, 3, 4, 5])(
    "at put %i of a batch is told as such, and writes nothing",
    async (nth) => {
      const store = keep(await openStore({ name }));
      await store.applyMutation(write(["kept"]));
      const put = Reflect.get<IDBObjectStore, "put">(IDBObjectStore.prototype, "put");
      let count = 0;
      vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (
        this: IDBObjectStore,
        ...args: Parameters<IDBObjectStore["put"]>
      ) {
        if (++count === nth) throw new DOMException("full", "QuotaExceededError");
        return put.apply(this, args);
      });
      const changes: StoreChange[] = [];
      store.subscribe((change) => changes.push(change));
      const mutation = store.applyMutation({ ...write(["x", "y", "z"]), once: ["o"] });
      await expect(mutation).rejects.toThrow(StoreQuotaError);
      await expect(mutation).rejects.toThrow("nothing was written");
      vi.restoreAllMocks();
      expect(await readKeys(store)).toEqual(["kept"]);
      expect(await store.readWrites({ map: "m", limit: 9 })).toHaveLength(1);
      expect(changes).toEqual([]);
      // And it is not taken for applied.
      const again = await store.applyMutation({ ...write(["x"]), once: ["o"] });
      expect(again).toEqual({ outcome: "applied", write: 2 });
    },
  );
});

it("a value that cannot be cloned is told as such, and nothing is written", async () => {
  const store = keep(await openStore({ name }));
  const writing = store.writeSetting("key", () => undefined);
  await expect(writing).rejects.toThrow(UnstorableValueError);
  expect(await store.readSetting("key")).toBeUndefined();
});

describe("a signal", () => {
  it("that is aborted while the transaction is open changes nothing and tells of nothing", async () => {
    const store = keep(await openStore({ name }));
    const changes: StoreChange[] = [];
    store.subscribe((change) => changes.push(change));
    const abort = new AbortController();
    const { signal } = abort;
    const writing = store.applyMutation(write(["a", "b"]), { signal });
    abort.abort(new Error("dead"));
    await expect(writing).rejects.toThrow();
    expect(await readKeys(store)).toEqual([]);
    expect(await store.readWrites({ map: "m", limit: 9 })).toHaveLength(0);
    expect(changes).toEqual([]);
  });
});

describe("a closed store", () => {
  it("does not make a failure of a write that was committed while the store was closed", async () => {
    const store = await openStore({ name });
    const writing = store.writeSetting("a", 1);
    await store.close();
    await expect(writing).resolves.toBeUndefined();
    const again = keep(await openStore({ name }));
    expect(await again.readSetting("a")).toBe(1);
  });
});

describe("durability", () => {
  it.each([
    ["atMostOnce", "strict"],
    ["atLeastOnce", "relaxed"],
  ] as const)("of a claim of %s is %s", async (kind, durability) => {
    const store = keep(await openStore({ name }));
    const transaction = vi.spyOn(IDBDatabase.prototype, "transaction");
    const claim = { invocation: "i", invocationSeq: 1, alias: "a", kind, execution: 1, at: 0 };
    await store.claimGuard(claim);
    expect(transaction.mock.calls.map(([, mode, options]) => [mode, options?.durability])).toEqual([
      ["readwrite", durability],
    ]);
  });

  it("of a row in the ledger is strict", async () => {
    const ledger = keep(await openLedger({ name }));
    const transaction = vi.spyOn(IDBDatabase.prototype, "transaction");
    const about = { at: 0, invocation: "i", execution: 1, request: {}, response: {} };
    await ledger.record({ ...about, service: "bank", operation: "charge" });
    expect(transaction.mock.calls.map(([, , options]) => options?.durability)).toEqual(["strict"]);
  });
});
