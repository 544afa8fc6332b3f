/**
 * `SortedMap`: bytes under string keys, in the order of the keys' UTF-8 bytes.
 *
 * 1. A mutation is applied once per invocation, or without an alias inside a guard's callable once
 *    per attempt; the record of that commits with the data.
 * 2. A read is live, is never recorded, and reads no more than it returns.
 */
import type { KeyBound, KeyBounds, MapChange, MutationRequest } from "../store/index.ts";
import { internals, type DurableContext } from "./context.ts";
import { InvalidKeyError, InvalidRangeError, InvalidValueError } from "./errors.ts";
import type { Execution } from "./execution.ts";
import { guardOf, type Scope } from "./scope.ts";
import { checkAlias, checkKey, checkNewKey, compareKeys, prefixRange } from "./keys.ts";

/** A key with its value. */
export interface SortedMapEntry {
  readonly key: string;
  /** In a range, as with Node's `Buffer`, a view: its `buffer` may hold more than its bytes. */
  readonly value: Uint8Array;
}

/** Which part of a map: bounds or a prefix, and a `limit`, a positive integer. */
export interface RangeRequest {
  readonly startKey?: string | undefined;
  readonly endKey?: string | undefined;
  /** Only the keys that begin with it, within the bounds. */
  readonly prefix?: string | undefined;
  /** How many entries at the most: a positive integer. */
  readonly limit: number;
}

/** A map from strings to bytes, in the order of the keys' UTF-8 bytes; see docs/spec.md, 2.3. */
export class SortedMap {
  private constructor(
    readonly name: string,
    private readonly alias?: string,
  ) {}

  /** A reference to the map `name`, which needs no creation. */
  static ref(name: string): SortedMap {
    if (checkKey(name, "map's name") === "") {
      throw new InvalidKeyError("A map's name must not be empty.");
    }
    return new SortedMap(name);
  }

  /** The same map, its next mutation named: it is applied once per invocation, wherever it stands. */
  idempotently(alias: string): SortedMap {
    return new SortedMap(this.name, checkAlias(alias));
  }

  /** Writes all entries in one transaction, over what stands there. */
  async insert(
    context: DurableContext,
    { entries }: { readonly entries: Readonly<Record<string, Uint8Array>> },
  ): Promise<void> {
    await this.#mutate(context, () => ({
      method: "insert",
      entries: checkEntries(this.name, entries),
    }));
  }

  /** Removes all keys in one transaction; a key that is absent stays so. */
  async remove(
    context: DurableContext,
    { keys }: { readonly keys: readonly string[] },
  ): Promise<void> {
    await this.#mutate(context, () => ({
      method: "remove",
      keys: keys.map((key) => checkKey(key)),
    }));
  }

  /**
   * `value` is `undefined` where the map does not hold the key. Reads are live and never recorded.
   */
  async get(
    context: DurableContext,
    { key }: { readonly key: string },
  ): Promise<{ value: Uint8Array | undefined }> {
    const { store, fence } = internals(context).execution.options;
    return await fence.run(async () => {
      const entry = await store.readEntry(this.name, checkKey(key));
      // A copy costs little where there is one: its buffer holds nothing else.
      return { value: entry?.value.slice() };
    });
  }

  /** Ascending from `startKey`, inclusive, to `endKey`, exclusive. */
  async range(
    context: DurableContext,
    request: RangeRequest,
  ): Promise<{ entries: SortedMapEntry[] }> {
    return await this.#read(context, "ascending", request);
  }

  /** Descending from `startKey`, inclusive and the larger, to `endKey`, exclusive and the smaller. */
  async reverseRange(
    context: DurableContext,
    request: RangeRequest,
  ): Promise<{ entries: SortedMapEntry[] }> {
    return await this.#read(context, "descending", request);
  }

  async #read(
    context: DurableContext,
    direction: "ascending" | "descending",
    request: RangeRequest,
  ): Promise<{ entries: SortedMapEntry[] }> {
    const { store, fence } = internals(context).execution.options;
    return await fence.run(async () => {
      const bounds = rangeBounds(direction, request);
      if (!bounds) return { entries: [] };
      const query = { map: this.name, direction, limit: request.limit, ...bounds };
      return { entries: await store.readPairs(query) };
    });
  }

  get #what(): string {
    return `write to the map "${this.name}"`;
  }

  async #mutate(context: DurableContext, build: () => MapChange): Promise<void> {
    const { execution, scope } = internals(context);
    await execution.during(scope, this.#what, () => this.#apply(execution, scope, build()));
  }

  async #apply(execution: Execution, scope: Scope, change: MapChange): Promise<void> {
    const { store, clock, number } = execution.options;
    const { name: map, alias } = this;
    const { method } = change;
    execution.claimAlias(scope, alias, { map, change });
    scope.asked?.mutations.push({ map, change });
    if (scope.validates) return;
    await execution.pass("map:before-commit", { map }, scope);
    await execution.unlessSettled(scope, this.#what);
    const at = guardOf(scope);
    const mutation: MutationRequest = {
      map,
      at: clock.now(),
      origin: { invocation: execution.id, execution: number, ...(at && { guard: at }) },
      change,
      once: [execution.id, ...onceKey(execution, scope, map, method, alias)],
      by: execution.ref,
    };
    const { outcome } = await execution.write((signal) =>
      store.applyMutation(mutation, { signal }),
    );
    const detail = describe(change) + (alias === undefined ? "" : ` (alias ${alias})`);
    execution.trace({ type: "map-written", map, outcome, detail, ...at });
    await execution.pass("map:committed", { map }, scope);
  }
}

/** The name under which a mutation is applied once, within its invocation. */
function onceKey(
  execution: Execution,
  scope: Scope,
  map: string,
  method: string,
  alias: string | undefined,
): string[] {
  if (alias !== undefined) return ["alias", alias];
  if (!scope.guard) return ["body", method, map];
  // Without guards, attempts are counted in this execution alone.
  const run = execution.options.guards === "on" ? "" : `${execution.options.number}.`;
  return ["guard", scope.guard.alias, `${run}${scope.guard.attempt}`, method, map];
}

function checkEntries(
  map: string,
  entries: Readonly<Record<string, Uint8Array>>,
): [string, Uint8Array][] {
  // Callers without types may hand over anything.
  if (typeof (entries as unknown) !== "object" || (entries as unknown) === null) {
    throw new InvalidValueError(`SortedMap "${map}": entries is an object of keys and bytes.`);
  }
  // `{ __proto__: bytes }` has no such member: it would be lost without a word.
  if (ArrayBuffer.isView(Object.getPrototypeOf(entries))) {
    throw new InvalidValueError(
      `SortedMap "${map}": write the key "__proto__" as { ["__proto__"]: bytes }.`,
    );
  }
  return Object.entries(entries).map(([key, value]) => [
    checkNewKey(map, key),
    copyBytes(map, key, value),
  ]);
}

/** A copy of its own: the bytes as they are now, without the rest of the buffer they may be a view of. */
function copyBytes(map: string, key: string, value: unknown): Uint8Array {
  if (Object.prototype.toString.call(value) !== "[object Uint8Array]") {
    const given = value === null ? "null" : typeof value;
    throw new InvalidValueError(
      `SortedMap "${map}": the value of ${JSON.stringify(key)} must be a Uint8Array, not ${given}. ` +
        `Encode it, for instance with toBytes(value).`,
    );
  }
  return new Uint8Array(value as Uint8Array);
}

/** The bounds of a range in key order; `undefined` where a prefix and the bounds have nothing in common. */
export function rangeBounds(
  direction: "ascending" | "descending",
  { startKey, endKey, prefix, limit }: RangeRequest,
): KeyBounds | undefined {
  const quote = (key: string | undefined): string =>
    key === undefined ? "none" : JSON.stringify(key);
  if (!Number.isInteger(limit) || limit < 1) {
    throw new InvalidRangeError(
      `A range needs a limit, a positive integer; it is ${limit} ` +
        `(startKey ${quote(startKey)}, endKey ${quote(endKey)}).`,
    );
  }
  if (startKey !== undefined) checkKey(startKey, "startKey");
  if (endKey !== undefined) checkKey(endKey, "endKey");
  const order =
    startKey === undefined || endKey === undefined ? undefined : compareKeys(startKey, endKey);
  const ascending = direction === "ascending";
  if (order !== undefined && (ascending ? order >= 0 : order <= 0)) {
    throw new InvalidRangeError(
      ascending
        ? `startKey must sort before endKey: startKey ${quote(startKey)}, endKey ${quote(endKey)}.`
        : `In a reverseRange startKey must sort after endKey: startKey ${quote(startKey)}, ` +
            `endKey ${quote(endKey)}.`,
    );
  }
  const bound = (key: string | undefined, open: boolean): KeyBound | undefined =>
    key === undefined ? undefined : { key, open };
  const given: KeyBounds = ascending
    ? { lower: bound(startKey, false), upper: bound(endKey, true) }
    : { lower: bound(endKey, true), upper: bound(startKey, false) };
  if (prefix === undefined) return check(given);
  const within = prefixRange(prefix);
  return check({
    lower: tighter(given.lower, bound(within.startKey, false), 1),
    upper: tighter(given.upper, bound(within.endKey, true), -1),
  });
}

/** Of two bounds on one side, the one that leaves less: `side` is 1 for lower bounds, -1 for upper ones. */
function tighter(a: KeyBound | undefined, b: KeyBound | undefined, side: 1 | -1) {
  if (!a || !b) return a ?? b;
  const order = compareKeys(a.key, b.key) * side;
  return order > 0 || (order === 0 && a.open) ? a : b;
}

function check(bounds: KeyBounds): KeyBounds | undefined {
  const { lower, upper } = bounds;
  if (!lower || !upper) return bounds;
  const order = compareKeys(lower.key, upper.key);
  return order < 0 || (order === 0 && !lower.open && !upper.open) ? bounds : undefined;
}

function describe(change: MapChange): string {
  const keys = change.method === "insert" ? change.entries.map(([key]) => key) : change.keys;
  const shown = keys.slice(0, 3).map((key) => JSON.stringify(key));
  return `${change.method} ${shown.join(", ")}${keys.length > 3 ? ` and ${keys.length - 3} more` : ""}`;
}
