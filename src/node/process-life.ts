/**
 * Servers in processes of their own, one after the other.
 *
 * 1. A crash is real: the process is killed, wherever it stands.
 * 2. Once its process is gone a server is dead for certain, which is told to those who wait for it.
 */
import { fork, type ChildProcess } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import {
  connectLife,
  forEachPort,
  manyPorts,
  PORTS,
  type Life,
  type OpenLife,
} from "../remote/index.ts";
import { deferred, within, type ServerStore } from "../store/index.ts";
import type { ServerInit } from "./server-process.ts";

/** In the package it is built, as this is. */
const PROCESS = fileURLToPath(
  new URL(`./server-process${extname(import.meta.url)}`, import.meta.url),
);

/** How long a process may take to be there, in milliseconds. */
const LOAD_MS = 60_000;
/** How long its death may take to be told at the end, in milliseconds: where it cannot be, its lease runs out. */
const PATIENCE_MS = 2000;

export interface ServerProcesses {
  readonly open: OpenLife;
  /** Ends what is left, a server that was made and not started for instance. */
  readonly end: () => Promise<void>;
}

/** @param store where its host is; the server's own too, unless that opens a database itself */
export function serverProcesses(init: ServerInit, store: ServerStore): ServerProcesses {
  /** By what resolves when it has ended. */
  const running = new Map<Promise<void>, ChildProcess>();
  const open: OpenLife = async ({ calls, onFailed }) => {
    const child = fork(PROCESS, [], { serialization: "advanced" });
    const gone = deferred<never>();
    gone.promise.catch(() => undefined);
    child.on("error", gone.reject);
    if (child.connected) child.send(init, () => undefined);
    const many = manyPorts(PORTS, (message) => {
      // What it is killed in the middle of is nobody's any more.
      if (child.connected) child.send(message as object, () => undefined);
    });
    child.on("message", many.take);
    const { life, hello } = connectLife({
      ports: forEachPort(many.port),
      ...(init.postgres ? {} : { kept: { store, ledger: store.ledger } }),
      calls,
      release: () => void child.kill("SIGKILL"),
    });
    const ended = new Promise<void>((resolve) => {
      // One that could not be begun does not end.
      if (child.pid === undefined) resolve();
      child.once("exit", (code, signal) => {
        many.end();
        const error = new Error(`The server's process ended (${signal ?? `code ${code ?? 0}`}).`);
        gone.reject(error);
        onFailed(life, error);
        resolve(init.postgres && tellDead(store, life));
      });
    });
    running.set(ended, child);
    void ended.finally(() => running.delete(ended));
    try {
      await within(LOAD_MS, "The server's process did not start.", [hello, gone.promise]);
      return life;
    } catch (error) {
      life.end();
      throw error;
    }
  };
  return {
    open,
    end: async () => {
      for (const child of running.values()) child.kill("SIGKILL");
      const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref());
      await Promise.race([Promise.all(running.keys()), late]);
    },
  };
}

/** Where servers live by leases, nobody waits for this one's to run out. Where that cannot be told, they do. */
async function tellDead({ liveness }: ServerStore, { id }: Life): Promise<void> {
  if (id === undefined) return;
  const death = new AbortController();
  await liveness.enter(id, { signal: death.signal }).catch(() => undefined);
  death.abort();
}
