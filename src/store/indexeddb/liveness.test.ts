/** Who is known to live, and that a second server is refused where nobody could tell. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { localLiveness, ServerRefusedError } from "../index.ts";
import { openStore, type IndexedDbStore } from "./index.ts";

/** Never aborted. */
const open = new AbortController().signal;

describe("within one page", () => {
  it("a server lives from its entry until its signal is aborted", async () => {
    const liveness = localLiveness();
    const end = new AbortController();
    await liveness.enter("a", { signal: end.signal });
    await liveness.enter("b", { signal: open });
    expect(await liveness.living()).toEqual(new Set(["a", "b"]));
    const dead = liveness.untilDead("a", open);
    end.abort();
    await dead;
    expect(await liveness.living()).toEqual(new Set(["b"]));
  });

  it("one that was never there is dead", async () => {
    await expect(localLiveness().untilDead("a", open)).resolves.toBeUndefined();
  });

  it("a wait that is aborted rejects with the reason", async () => {
    const liveness = localLiveness();
    await liveness.enter("a", { signal: open });
    const abort = new AbortController();
    const waiting = liveness.untilDead("a", abort.signal);
    abort.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(liveness.untilDead("a", abort.signal)).rejects.toThrow("enough");
    await expect(liveness.enter("b", { signal: abort.signal })).rejects.toThrow("enough");
  });

  it("servers of two objects have nothing to do with each other", async () => {
    const [one, other] = [localLiveness(), localLiveness()];
    await one.enter("a", { signal: open });
    expect(await other.living()).toEqual(new Set());
  });
});

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
