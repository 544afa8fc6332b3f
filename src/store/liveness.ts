/**
 * Which servers live: how a server's death is known, and that nobody takes a living one for dead.
 *
 * 1. With Web Locks: a server holds a lock as long as it lives, in this tab or another; the browser
 *    frees it when the tab dies.
 * 2. Without: a connection knows the servers that were entered through it, and registers in the
 *    database while it has some. What became of another connection's cannot be known, so a second
 *    one is refused, until a person says that the first is dead.
 * 3. On a database server: a server lives as long as its lease, and dies by itself when it cannot renew
 *    it; see `postgres/leases.ts`.
 */
import { StoreError } from "./errors.ts";

/** How a server enters. */
export interface EnterOptions {
  /** Called when others may take it for dead though it is not: it is to die, and to begin nothing more. */
  readonly lost?: (why: Error) => void;
  /** The server dies when it is aborted. */
  readonly signal: AbortSignal;
  /** A person says that whoever else is registered is dead. */
  readonly takeOver?: boolean;
}

/** What became of a server that entered. */
export interface Entered {
  /** Whether another server was taken over. */
  readonly tookOver: boolean;
  /** Whether it still lives, as far as others know; absent where they know for certain. */
  readonly isAlive?: () => boolean;
}

/** Which servers live; see the head of this module. */
export interface Liveness {
  /**
   * Resolves when the server counts as alive.
   *
   * @throws ServerRefusedError where another server may live, and its death could not be known
   */
  enter(server: string, options: EnterOptions): Promise<Entered>;
  /** All that live now. */
  living(): Promise<ReadonlySet<string>>;
  /** Resolves when the server is dead. Rejects with the signal's reason when that is aborted first. */
  untilDead(server: string, signal: AbortSignal): Promise<void>;
}

/** A second server on a store whose servers' death cannot be known. */
export class ServerRefusedError extends StoreError {
  override name = "ServerRefusedError";
}
