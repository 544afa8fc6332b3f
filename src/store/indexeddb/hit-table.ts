/** How often the points of faults were passed, by plan and the fault's position. */
import type { HitStore } from "../durable-store.ts";
import type { Connection } from "./connection.ts";
import { transact } from "./database.ts";

export function hitTable({ db }: Connection): HitStore {
  return {
    async countHit(plan, fault, options = {}) {
      return await transact(db, ["hits"], "readwrite", options, async (tx) => {
        const hits = tx.objectStore("hits");
        const next = ((await hits.get([plan, fault])) ?? 0) + 1;
        await hits.put(next, [plan, fault]);
        return next;
      });
    },

    async readHits(plan) {
      return await transact(db, ["hits"], "readonly", {}, async (tx) => {
        const hits = tx.objectStore("hits");
        const range = IDBKeyRange.bound([plan], [plan, []]);
        const [keys, counts] = await Promise.all([hits.getAllKeys(range), hits.getAll(range)]);
        return new Map(keys.map(([, fault], index) => [fault, counts[index] ?? 0]));
      });
    },
  };
}
