/** What another tab does while the page is measured: fills it, and writes to it. */
import { openStore, uuidv7 } from "../../src/index.ts";

const BATCH = 10_000;
const keyAt = (index: number): string => `row-${String(index).padStart(7, "0")}`;
const value = (n: number): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ n, text: "x".repeat(80) }));

/** Fills a map and the journal of an example that is open in another tab. */
export async function fill(name: string, map: string, rows: number, calls: number): Promise<void> {
  const store = await openStore({ name });
  for (let at = 0; at < rows; at += BATCH) {
    const entries = Array.from({ length: Math.min(BATCH, rows - at) }, (_, index) => {
      return [keyAt(at + index), value(at + index)] as const;
    });
    const change = { method: "insert", entries } as const;
    await store.applyMutation({ map, at: Date.now(), origin: {}, change });
  }
  for (let n = 0; n < calls; n++) {
    const about = { id: uuidv7(), tool: "get_payment", args: { n }, as: "client" } as const;
    const begun = await store.beginExecution({
      ...about,
      owner: "bench",
      guards: "on",
      at: Date.now(),
    });
    if (!begun.begun) throw new Error(begun.reason);
    const end = { outcome: "completed", at: Date.now(), response: { content: [] } } as const;
    await store.endExecution({ begun: begun.invocation, ...end }, []);
  }
  await store.close();
}

/** Writes single entries at an even pace; resolves with how many there were. */
export async function keepWriting(
  name: string,
  map: string,
  perSecond: number,
  seconds: number,
): Promise<number> {
  const store = await openStore({ name });
  const begun = performance.now();
  let count = 0;
  while (performance.now() - begun < seconds * 1000) {
    const due = ((performance.now() - begun) / 1000) * perSecond;
    const writing: Promise<unknown>[] = [];
    while (count < due) {
      const entry = [keyAt(count % 200), value(count)] as const;
      const change = { method: "insert", entries: [entry] } as const;
      writing.push(store.applyMutation({ map, at: Date.now(), origin: {}, change }));
      count++;
    }
    await Promise.all(writing);
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  await store.close();
  return count;
}
