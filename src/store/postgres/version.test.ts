/** A database that a newer version has made is refused, and stays as it was. */
import { PGlite } from "@electric-sql/pglite";
import { expect, it } from "vitest";
import { StoreVersionError } from "../errors.ts";
import { driver } from "./pglite.ts";
import { migrate } from "./schema.ts";

it("a database of a newer version is refused with what to do, and nothing is changed", async () => {
  const pglite = await PGlite.create();
  await pglite.exec(
    "CREATE TABLE version (one int PRIMARY KEY, number int); INSERT INTO version VALUES (1, 99)",
  );
  const refused = migrate(driver(pglite));
  await expect(refused).rejects.toThrow(StoreVersionError);
  await expect(refused).rejects.toThrow(/version 99.*Use that version; nothing was changed\.$/);
  const { rows } = await pglite.query(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
  );
  expect(rows).toEqual([{ tablename: "version" }]);
  await pglite.close();
}, 60_000);
