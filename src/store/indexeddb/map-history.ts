/** The writes of a map. Loaded when its history is looked at. */
import { unwrap } from "idb";
import type { WriteHeader } from "../../model/index.ts";
import type { WriteQuery } from "../durable-store.ts";
import { transact } from "./database.ts";
import { readPage } from "./read-records.ts";
import type { PlaygroundDatabase } from "./schema.ts";

export async function readWrites(
  db: PlaygroundDatabase,
  { map, before, after, limit }: WriteQuery,
): Promise<WriteHeader[]> {
  const key = (seq: number | undefined): [string, number] | undefined =>
    seq === undefined ? undefined : [map, seq];
  const page = {
    limit,
    before: key(before ?? (after === undefined ? Infinity : undefined)),
    after: key(after),
  };
  const found = await transact(db, ["writes"], "readonly", {}, (tx) =>
    readPage<WriteHeader, [string, number]>(
      unwrap(tx.objectStore("writes").index("map")),
      page,
      ({ map, seq }) => [map, seq],
    ),
  );
  return found.filter((write) => write.map === map);
}
