/** What the browser rolls back or forbids is told in words. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { StoreAbortedError, StoreUnavailableError } from "../index.ts";
import { openStore, type IndexedDbStore } from "./index.ts";

let name: string;
let store: IndexedDbStore;
beforeEach(async () => {
  name = `rolled-back-${crypto.randomUUID()}`;
  store = await openStore({ name });
});
afterEach(async () => {
  await store.close();
  indexedDB.deleteDatabase(name);
});

it("a transaction that the browser rolls back without a reason is told with its size, in words", async () => {
  const real = Reflect.get<IDBObjectStore, "put">(IDBObjectStore.prototype, "put");
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (
    this: IDBObjectStore,
    ...args: Parameters<IDBObjectStore["put"]>
  ) {
    const request = real.apply(this, args);
    if (this.name === "entries") this.transaction.abort();
    return request;
  });
  const change = { method: "insert", entries: [["k", new Uint8Array(2 ** 20)]] } as const;
  const writing = store.applyMutation({ map: "m", at: 0, origin: {}, change });
  await expect(writing).rejects.toThrow(StoreAbortedError);
  await expect(writing).rejects.toThrow(
    /transaction of 1\.0 MiB back .*nothing was written.*smaller/,
  );
  vi.restoreAllMocks();
  expect(await store.readMapNames()).toEqual([]);
});

it("a getter of indexedDB that throws is told as what it is", async () => {
  const reason = new DOMException("denied", "SecurityError");
  const own = Object.getOwnPropertyDescriptor(globalThis, "indexedDB");
  Object.defineProperty(globalThis, "indexedDB", {
    configurable: true,
    get: () => {
      throw reason;
    },
  });
  try {
    const opening = openStore({ name });
    await expect(opening).rejects.toThrow(StoreUnavailableError);
    await expect(opening).rejects.toMatchObject({ cause: reason });
  } finally {
    if (own) Object.defineProperty(globalThis, "indexedDB", own);
    else Reflect.deleteProperty(globalThis, "indexedDB");
  }
});
