/** What is told of servers while the database answers in any order. */
import { expect, it } from "vitest";
import { deferred, type Deferred } from "../index.ts";
import { leases } from "./leases.ts";
import type { SqlDatabase } from "./sql.ts";

/** A database whose answers to one kind of statement come when the test says so. */
function databaseThatHolds(kind: string): { sql: SqlDatabase; held: Deferred<unknown[]>[] } {
  const held: Deferred<unknown[]>[] = [];
  const query = (text: string): Promise<unknown[]> => {
    if (!text.startsWith(kind)) return Promise.resolve([]);
    const answer = deferred<unknown[]>();
    held.push(answer);
    return answer.promise;
  };
  const sql = { query, transaction: () => Promise.reject(new Error("none is expected")) };
  return { sql: sql as unknown as SqlDatabase, held };
}

it("a server that left is dead, also when its row was still there as the database looked", async () => {
  const { sql, held } = databaseThatHolds("SELECT id FROM servers");
  const alive = leases(sql, { leaseMs: 10_000 });
  const life = new AbortController();
  await alive.enter("a", { signal: life.signal });
  life.abort();
  const living = alive.living();
  // Its row is deleted meanwhile, and what left is forgotten.
  await new Promise((resolve) => setTimeout(resolve));
  held[0]?.resolve([{ id: "a" }]);
  expect(await living).toEqual(new Set());
  alive.close();
});
