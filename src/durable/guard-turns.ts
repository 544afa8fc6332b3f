/**
 * Uses of one alias within an execution take turns: one alias is one guard.
 *
 * A use that waits is waited for by every guard in whose callable it stands. Where that closes a
 * circle, nobody would ever go on: the use that closes it fails.
 */
import { deferred, type Deferred, type GuardKind } from "../store/index.ts";
import { GuardUsageError, kindMismatch } from "./errors.ts";
import type { Scope } from "./scope.ts";

interface Use {
  readonly alias: string;
  readonly kind: GuardKind;
  readonly scope: Scope;
}

export class GuardTurns {
  readonly #running = new Map<
    string,
    { readonly kind: GuardKind; readonly done: Deferred<void> }
  >();
  readonly #waiting = new Set<Use>();

  /**
   * Waits while another use of the alias is running, then runs.
   *
   * @throws GuardUsageError for another kind of guard, and where the wait would close a circle
   */
  async run<T>(use: Use, run: () => Promise<T>): Promise<T> {
    const { alias, kind } = use;
    for (let other = this.#running.get(alias); other; other = this.#running.get(alias)) {
      if (other.kind !== kind) throw kindMismatch(alias, kind, other.kind);
      this.#refuseCircle(use);
      this.#waiting.add(use);
      await other.done.promise;
      this.#waiting.delete(use);
    }
    const done = deferred<void>();
    this.#running.set(alias, { kind, done });
    try {
      return await run();
    } finally {
      this.#running.delete(alias);
      done.resolve();
    }
  }

  #refuseCircle({ alias, scope }: Use): void {
    const waitedFor = guardsAround(scope);
    if (waitedFor.includes(alias)) {
      throw new GuardUsageError(`The guard "${alias}" is used within its own callable.`);
    }
    const path = this.#pathTo(alias, waitedFor, new Set());
    if (!path) return;
    const circle = [path.at(-1), ...path].map((name) => `"${name ?? ""}"`).join(" → ");
    throw new GuardUsageError(
      `Guards wait for one another in a circle: ${circle}. Each is used within the callable of ` +
        `the one before it. Use one of them outside of the other's callable, or under another alias.`,
    );
  }

  /** From the guard `alias` over those that its callable waits for to one of `targets`. */
  #pathTo(
    alias: string,
    targets: readonly string[],
    seen: Set<string>,
  ): readonly string[] | undefined {
    if (targets.includes(alias)) return [alias];
    seen.add(alias);
    for (const use of this.#waiting) {
      if (seen.has(use.alias) || !guardsAround(use.scope).includes(alias)) continue;
      const rest = this.#pathTo(use.alias, targets, seen);
      if (rest) return [alias, ...rest];
    }
    return undefined;
  }
}

/** The guards that wait for a scope, for it is within their callables; the innermost first. */
function guardsAround(scope: Scope): string[] {
  const aliases: string[] = [];
  for (let at: Scope | undefined = scope; at && !at.isSettled; at = at.parent) {
    if (at.guard) aliases.push(at.guard.alias);
  }
  return aliases;
}
