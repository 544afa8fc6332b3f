/**
 * What a change says, and how it is read from what another page of this origin said on the change feed's
 * channel. That may be a newer build, an older one or something else: what is invalid is ignored, and
 * nothing of it is thrown or kept.
 */

/** The parts of a store, and the ledger, by which changes are told apart. */
export type Table = "invocations" | "guards" | "maps" | "trace" | "settings" | "ledger" | "hits";

/** What a commit has changed: a word of what to read again, never the data. */
export interface StoreChange {
  readonly tables: readonly Table[];
  /** The map that was written, where it was one. */
  readonly map?: string;
  readonly invocation?: string;
  /** Its number, where an execution began or ended. */
  readonly invocationSeq?: number;
  /** A server that has started on the store. */
  readonly server?: string;
  /** It took over from those that were registered: they are to end. */
  readonly tookOver?: true;
  /** Everything but the settings is gone. */
  readonly wiped?: true;
  /** The change was made over another connection, most likely in another tab. */
  readonly remote: boolean;
}

/** In the order in which a change that was read names them. */
export const TABLES: readonly Table[] = [
  "invocations",
  "guards",
  "maps",
  "trace",
  "hits",
  "settings",
  "ledger",
];

/** More changes than a moment can make are no message of ours. */
export const MOST_CHANGES = 10_000;

const isText = (value: unknown): boolean => typeof value === "string";
const isTrue = (value: unknown): boolean => value === true;

/** Everything else that a change may say: a field that is not here does not reach other tabs. */
const FIELDS: Record<
  Exclude<keyof StoreChange, "tables" | "remote">,
  (value: unknown) => boolean
> = {
  map: isText,
  invocation: isText,
  invocationSeq: Number.isSafeInteger,
  server: isText,
  tookOver: isTrue,
  wiped: isTrue,
};

/** The changes that a message tells of; tables that this build does not know are left out of them. */
export function readChanges(message: unknown): StoreChange[] {
  if (!Array.isArray(message) || message.length > MOST_CHANGES) return [];
  return message.flatMap((part: unknown) => readChange(part) ?? []);
}

function readChange(part: unknown): StoreChange | undefined {
  if (typeof part !== "object" || part === null) return undefined;
  const given = part as Record<string, unknown>;
  const { tables: named } = given;
  if (!Array.isArray(named)) return undefined;
  const tables = TABLES.filter((table) => named.includes(table));
  if (tables.length === 0) return undefined;
  // Made anew: a field that nobody knows here goes no further.
  const about: Record<string, unknown> = {};
  for (const [name, isRight] of Object.entries(FIELDS)) {
    const value = given[name];
    if (value === undefined) continue;
    if (!isRight(value)) return undefined;
    about[name] = value;
  }
  return { ...(about as Partial<StoreChange>), tables, remote: true };
}
