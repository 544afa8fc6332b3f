/**
 * The databases of sweeps' runs, which are no example's own: who looks at them, and when they go.
 *
 * 1. Whoever needs a sweep or one of its runs holds a lock that names it, taken before the first
 *    database is made or opened. What no lock of any tab names may be deleted.
 * 2. A tab that dies gives its locks back: what it left is deleted by the next page that looks.
 */
import { uuidv7, uuidv7Time } from "../../durable/index.ts";
import { deferred } from "../../store/index.ts";
import { sweepOf } from "./scratch-names.ts";
import { databaseNames, deleteDatabases } from "../../store/indexeddb/index.ts";

const LOCK = /^durable-mcp:kept:(.*):/;
/** Where tabs share no locks, what is younger may be another tab's, in milliseconds. */
const DAY_MS = 24 * 3600 * 1000;

/** Gives up what was held; resolves when it is free. */
export type Release = () => Promise<void>;

/** What of the browser's Web Locks is needed. */
export interface SharedLocks {
  request(name: string, run: () => Promise<unknown>): Promise<unknown>;
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}

export class Scratch {
  /** What this page holds, and what it has held: where tabs share no locks, no more is known. */
  readonly #held: string[] = [];
  readonly #own = new Set<string>();

  /**
   * @param locks those that all tabs share, where there are any
   * @param settleMs by then a page that is reloaded holds again what it shows, in milliseconds
   */
  constructor(
    private readonly locks: SharedLocks | undefined,
    private readonly settleMs = 2000,
  ) {}

  /** Keeps a sweep's databases, or a run's: those whose names begin so. */
  async hold(name: string): Promise<Release> {
    const held = deferred<undefined>();
    const released = deferred<undefined>();
    this.#own.add(name);
    this.#held.push(name);
    const request = this.locks?.request(`durable-mcp:kept:${name}:${uuidv7()}`, () => {
      held.resolve(undefined);
      return released.promise;
    });
    // A page that has no locks, or is refused them, goes on without.
    const ended = Promise.resolve(request).catch(() => undefined);
    await Promise.race([held.promise, ended]);
    return async () => {
      this.#held.splice(this.#held.indexOf(name), 1);
      released.resolve(undefined);
      await ended;
    };
  }

  /**
   * Deletes the runs that nobody holds, in this tab or another. What cannot be deleted now is left to
   * the next page that looks.
   */
  async clear(): Promise<void> {
    try {
      const free = new Set(await this.#free());
      if (free.size === 0) return;
      await new Promise((resolve) => setTimeout(resolve, this.settleMs));
      // Twice: a page that is being reloaded holds nothing for a moment.
      await deleteDatabases((await this.#free()).filter((name) => free.has(name)));
    } catch {
      // A full disk, blocked site data.
    }
  }

  async #free(): Promise<string[]> {
    // Before the locks are looked at: what is made later is not among them.
    const all = (await databaseNames()).filter((name) => sweepOf(name) !== undefined);
    const locks = (await this.locks?.query())?.held ?? [];
    const theirs = locks.flatMap(({ name = "" }) => LOCK.exec(name)?.[1] ?? []);
    const held = [...this.#held, ...theirs];
    const own = [...this.#own];
    const mayGo = (run: string): boolean =>
      this.locks !== undefined || isOld(run) || own.some((name) => isOf(run, name));
    return all.filter((run) => mayGo(run) && !held.some((name) => isOf(run, name)));
  }
}

function isOf(run: string, name: string): boolean {
  return run === name || run.startsWith(`${name}-`);
}

function isOld(run: string): boolean {
  return uuidv7Time(sweepOf(run) ?? "") < Date.now() - DAY_MS;
}

/** The page's own: it lives as long as the page, whichever example is shown. */
export const scratch = new Scratch(
  // Absent in Node 20, and where a page is served neither over HTTPS nor from this machine.
  (globalThis as { navigator?: { locks?: SharedLocks } }).navigator?.locks,
);
