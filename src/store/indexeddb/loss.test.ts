/** A database that comes up empty is told, with the browser's reason where it gives one. */
import { openDB } from "idb";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openDatabase } from "./database.ts";
import { openLedger, openStore, type MadeDatabase } from "./index.ts";

let name: string;
let made: MadeDatabase[];
const onMade = (one: MadeDatabase): void => void made.push(one);

beforeEach(() => {
  name = `loss-${crypto.randomUUID()}`;
  made = [];
});
afterEach(() => {
  vi.restoreAllMocks();
  indexedDB.deleteDatabase(name);
  indexedDB.deleteDatabase(`${name}-ledger`);
});

/** As Chromium does after it found the origin's storage damaged: of the database that is opened first. */
function emptiedByTheBrowser(dataLoss: "none" | "total", dataLossMessage: string): void {
  const open = indexedDB.open.bind(indexedDB);
  vi.spyOn(indexedDB, "open").mockImplementationOnce((...args) => {
    const request = open(...args);
    request.addEventListener("upgradeneeded", (event) => {
      Object.defineProperties(event, {
        dataLoss: { value: dataLoss },
        dataLossMessage: { value: dataLossMessage },
      });
    });
    return request;
  });
}

it("the store and the ledger are each told by name when they are made, and not when they are there", async () => {
  for (let opening = 0; opening < 2; opening++) {
    await (await openStore({ name, onMade })).close();
    await (await openLedger({ name: `${name}-ledger`, onMade })).close();
  }
  expect(made).toEqual([{ name }, { name: `${name}-ledger` }]);
});

it("what the browser says of a loss is told with the database that it says it of", async () => {
  emptiedByTheBrowser("total", "database was corrupt");
  await (await openStore({ name, onMade })).close();
  await (await openLedger({ name: `${name}-ledger`, onMade })).close();
  expect(made).toEqual([{ name, dataLoss: "database was corrupt" }, { name: `${name}-ledger` }]);
});

it("the ledger's loss is told, too, where it is the first to be opened", async () => {
  emptiedByTheBrowser("total", "");
  await (await openLedger({ name: `${name}-ledger`, onMade })).close();
  expect(made).toEqual([{ name: `${name}-ledger`, dataLoss: "" }]);
});

it("no loss, in the browser's words, is none", async () => {
  emptiedByTheBrowser("none", "");
  await (await openStore({ name, onMade })).close();
  expect(made).toEqual([{ name }]);
});

it("an upgrade of a database that is there makes none", async () => {
  (await openDB(name, 1, { upgrade: (db) => void db.createObjectStore("a") })).close();
  (await openDatabase({ name, onMade }, 2, () => undefined)).close();
  expect(made).toEqual([]);
});

it("a database that could not be made is told again when it is", async () => {
  const broken = openDatabase({ name, onMade }, 1, () => Promise.reject(new Error("no")));
  await expect(broken).rejects.toThrow("no");
  await (await openStore({ name, onMade })).close();
  expect(made).toEqual([{ name }, { name }]);
});

it("one that was deleted meanwhile is made again, and told", async () => {
  await (await openStore({ name })).close();
  indexedDB.deleteDatabase(name);
  await (await openStore({ name, onMade })).close();
  expect(made).toEqual([{ name }]);
});
