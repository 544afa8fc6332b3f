/** A cursor of idb's, as far as it matters here. */
interface Cursor<Value> {
  readonly value: Value;
  continue(): Promise<Cursor<Value> | null>;
}

/** The last `limit` records that a cursor walks over, in ascending order. */
export async function newest<Value>(
  open: (direction: "prev") => Promise<Cursor<Value> | null>,
  limit: number,
): Promise<Value[]> {
  const found: Value[] = [];
  for (let cursor = await open("prev"); cursor; cursor = await cursor.continue()) {
    found.push(cursor.value);
    if (found.length >= limit) break;
  }
  return found.reverse();
}
