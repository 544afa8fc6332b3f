/** Who is known to live, and that a second server is refused where nobody could tell. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ServerRefusedError } from "../index.ts";
import { openStore, type IndexedDbStore } from "./index.ts";

/** Never aborted. */
const open = new AbortController().signal;

describe("without Web Locks", () => {
  let name: string;
  let stores: IndexedDbStore[];
  const connect = async (): Promise<IndexedDbStore> => {
    const store = await openStore({ name });
    stores.push(store);
    return store;
  };
  beforeEach(() => {
    name = `liveness-${crypto.randomUUID()}`;
    stores = [];
    vi.stubGlobal("navigator", {});
  });
  afterEach(async () => {
    vi.unstubAllGlobals();
    for (const store of stores) await store.close();
    indexedDB.deleteDatabase(name);
  });

  it("another connection's server is refused, in words, until the first has ended", async () => {
    const [here, there] = [await connect(), await connect()];
    const end = new AbortController();
    await here.liveness.enter("a", { signal: end.signal });
    await here.liveness.enter("b", { signal: end.signal });
    const refused = there.liveness.enter("c", { signal: open });
    await expect(refused).rejects.toThrow(ServerRefusedError);
    await expect(refused).rejects.toThrow(/take over/);
    expect(await there.liveness.living()).toEqual(new Set());
    end.abort();
    await there.liveness.enter("c", { signal: open });
    expect(await there.liveness.living()).toEqual(new Set(["c"]));
  });

  it("a connection that was left with a server is dead when a person says so", async () => {
    const here = await connect();
    await here.liveness.enter("a", { signal: open });
    await here.close(); // As a kill leaves it.
    const there = await connect();
    await expect(there.liveness.enter("b", { signal: open })).rejects.toThrow(ServerRefusedError);
    await there.liveness.enter("b", { signal: open, takeOver: true });
    const third = await connect();
    await expect(third.liveness.enter("c", { signal: open })).rejects.toThrow(ServerRefusedError);
  });
});
