/**
 * Liveness by leases: a server lives as long as its row in the database is renewed.
 *
 * 1. Renewals are counted from when the last that was confirmed was sent, by this process's monotonic
 *    clock: where that is longer ago than the lease, the server is dead, and knows it before anybody else.
 * 2. Others take it for dead by the database's clock, and a margin later; from then on it cannot renew.
 * 3. One look tells all watchers of a process.
 */
import { deferred, type Deferred } from "../deferred.ts";
import { StoreError } from "../errors.ts";
import type { Liveness } from "../liveness.ts";
import { unlessAborted } from "../local-liveness.ts";
import type { ConfirmDead } from "./journal.ts";
import type { Sql, SqlDatabase } from "./sql.ts";

/** A server's lease ran out: another may have taken over what it executed. */
export class LeaseLostError extends StoreError {
  override name = "LeaseLostError";
}

export interface LeaseOptions {
  /** How long a lease lasts, in milliseconds: at the least a second. */
  readonly leaseMs: number;
}

/** A server's lease as its own process sees it. */
interface Held {
  /** Till when it lasts, by the monotonic clock. */
  until: number;
  readonly lose: (why: string) => void;
}

/** Of its lease: how often it is renewed, and how much later than it others take a server for dead. */
const RENEWALS = 3;
const MARGIN = 0.25;

export interface Leases extends Liveness {
  readonly confirmDead: ConfirmDead;
  /** Renews and looks no more. */
  close(): void;
}

export function leases(sql: SqlDatabase, { leaseMs }: LeaseOptions): Leases {
  const held = new Map<string, Held>();
  /** Of this process, dead, and still in the database. */
  const left = new Set<string>();
  const watched = new Map<string, Deferred<void>>();
  let renewing: ReturnType<typeof setInterval> | undefined;
  let looking: ReturnType<typeof setInterval> | undefined;
  const now = (): number => performance.now();

  const drop = (server: string): void => {
    held.delete(server);
    if (held.size > 0) return;
    clearInterval(renewing);
    renewing = undefined;
  };
  /** A timer may come late; who asks in between is told the truth. */
  const isHeld = (server: string): boolean => {
    const lease = held.get(server);
    if (!lease) return false;
    if (now() < lease.until) return true;
    drop(server);
    lease.lose(`Its lease of ${leaseMs} ms ran out before it could be renewed.`);
    return false;
  };
  const renew = async (): Promise<void> => {
    const servers = [...held.keys()].filter(isHeld);
    if (servers.length === 0) return;
    const sent = now();
    const rows = await sql.query<{ id: string }>(
      `UPDATE servers SET expires = now() + ($2 * interval '1 millisecond')
       WHERE id = ANY($1::text[]) AND expires > now() RETURNING id`,
      [servers, leaseMs],
    );
    const renewed = new Set(rows.map(({ id }) => id));
    for (const server of servers) {
      const lease = held.get(server);
      if (!lease) continue;
      if (renewed.has(server)) lease.until = Math.max(lease.until, sent + leaseMs);
      else {
        drop(server);
        lease.lose("Its lease is not in the database any more: another has taken it for dead.");
      }
    }
  };
  /** @param among which are asked for, its parameters from $2 on */
  const alive = async (sql: Sql, among = "", ...params: unknown[]): Promise<Set<string>> => {
    // What leaves while it is asked may be in the answer all the same.
    const before = new Set(left);
    const rows = await sql.query<{ id: string }>(
      `SELECT id FROM servers WHERE expires + ($1 * interval '1 millisecond') > now() ${among}`,
      [leaseMs * MARGIN, ...params],
    );
    return new Set(rows.map(({ id }) => id).filter((id) => !before.has(id) && !left.has(id)));
  };
  /** Where it cannot be asked, nobody is taken for dead. */
  const living = (): Promise<Set<string>> => alive(sql);
  const look = async (): Promise<void> => {
    const found = await living();
    for (const [server, death] of watched) {
      if (found.has(server)) continue;
      watched.delete(server);
      death.resolve();
    }
    if (watched.size === 0) stopLooking();
  };
  const stopLooking = (): void => {
    clearInterval(looking);
    looking = undefined;
  };
  /** One at a time; what fails is tried again at the next. */
  const every = (ms: number, work: () => Promise<void>): ReturnType<typeof setInterval> => {
    let isUnderWay = false;
    return setInterval(() => {
      if (isUnderWay) return;
      isUnderWay = true;
      work()
        .catch(() => undefined)
        .finally(() => (isUnderWay = false));
    }, ms);
  };

  return {
    async enter(server, { signal, lost }) {
      signal.throwIfAborted();
      const leave = (): void => {
        drop(server);
        left.add(server);
        // Others need not wait for it to run out. Where it cannot be told, they do.
        sql
          .query("DELETE FROM servers WHERE id = $1", [server])
          .catch(() => undefined)
          .finally(() => left.delete(server));
      };
      const sent = now();
      await sql.query(
        `INSERT INTO servers (id, expires) VALUES ($1, now() + ($2 * interval '1 millisecond'))
         ON CONFLICT (id) DO UPDATE SET expires = excluded.expires`,
        [server, leaseMs],
      );
      if (signal.aborted) {
        leave();
        throw signal.reason;
      }
      const lose = (why: string): void => lost?.(new LeaseLostError(`The server is dead. ${why}`));
      held.set(server, { until: sent + leaseMs, lose });
      renewing ??= every(leaseMs / RENEWALS, renew);
      signal.addEventListener("abort", leave, { once: true });
      return { tookOver: false, isAlive: () => isHeld(server) };
    },

    living,

    async untilDead(server, signal) {
      signal.throwIfAborted();
      const death = watched.get(server) ?? deferred<void>();
      watched.set(server, death);
      looking ??= every(leaseMs / RENEWALS, look);
      await unlessAborted(death.promise, signal);
    },

    /** In the transaction that marks what they left: the row that is gone is not renewed. */
    async confirmDead(tx: Sql, servers: readonly string[]) {
      const found = await alive(tx, "AND id = ANY($2::text[]) FOR UPDATE", servers);
      const dead = servers.filter((server) => !found.has(server));
      await tx.query("DELETE FROM servers WHERE id = ANY($1::text[])", [dead]);
      return dead;
    },

    close() {
      clearInterval(renewing);
      stopLooking();
    },
  };
}
