/** Liveness without Web Locks; see `liveness.ts`. Its own file, for few pages need it. */
import { ServerRefusedError, type Liveness } from "../liveness.ts";
import { localLiveness } from "../local-liveness.ts";
import { transact } from "./database.ts";
import type { PlaygroundDatabase } from "./schema.ts";

/** Local, and registered in the database: one connection at a time. */
export function registeredLiveness(db: PlaygroundDatabase): Liveness {
  const local = localLiveness();
  const connection = `${Date.now()}-${Math.random()}`;
  const servers = new Set<string>();

  /** Resolves with whether another connection was struck off. */
  const register = async (takeOver: boolean): Promise<boolean> =>
    await transact(db, ["servers"], "readwrite", {}, async (tx) => {
      const table = tx.objectStore("servers");
      let tookOver = false;
      for (const key of await table.getAllKeys()) {
        if (key === connection) continue;
        const other = await table.get(key);
        if (!takeOver) throw refusal(other?.since);
        await table.delete(key);
        tookOver = true;
      }
      await table.put({ since: Date.now() }, connection);
      return tookOver;
    });
  const leave = (server: string): void => {
    servers.delete(server);
    if (servers.size > 0) return;
    // Where it cannot be written, the next server is refused, and a person decides.
    transact(db, ["servers"], "readwrite", {}, (tx) =>
      tx.objectStore("servers").delete(connection),
    ).catch(() => undefined);
  };

  return {
    ...local,
    async enter(server, { signal, takeOver = false }) {
      servers.add(server);
      try {
        const tookOver = await register(takeOver);
        await local.enter(server, { signal });
        signal.addEventListener("abort", () => leave(server), { once: true });
        return { tookOver };
      } catch (error) {
        leave(server);
        throw error;
      }
    },
  };
}

function refusal(since: number | undefined): ServerRefusedError {
  const when = since === undefined ? "" : ` since ${new Date(since).toLocaleString()}`;
  return new ServerRefusedError(
    `Another server is registered on this store${when}, and without Web Locks (the page is not ` +
      `served over HTTPS or from this machine) nothing tells whether it still lives. Close the other ` +
      `tab or process, or take over if you know that it is gone.`,
  );
}
