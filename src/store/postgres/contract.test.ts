import { afterAll, beforeAll } from "vitest";
import { storeContract } from "../contract/index.ts";
import { PgliteDatabase } from "./index.ts";

// One takes a second to start: each test begins on one that is emptied.
let database: PgliteDatabase;
beforeAll(async () => {
  database = await PgliteDatabase.open();
});
afterAll(async () => {
  await database.close();
});

storeContract(() =>
  Promise.resolve({
    connect: () => Promise.resolve(database.store()),
    openLedger: () => Promise.resolve(database.ledger()),
    dispose: () => database.empty(),
  }),
);
