/**
 * A note, outside of IndexedDB, that an example had data. Browsers lose databases now and then: after
 * a crash, when the disk is full, by a button in their settings. What they open next is empty, and
 * says nothing of it, or once: the note is how the page knows all the same, and tells until it was read.
 *
 * It is written when a call begins, not at each change of the store.
 */
import { z } from "zod";
import type { StoreChange } from "../../store/index.ts";
import type { MadeDatabase } from "../../store/indexeddb/index.ts";

const hadSchema = z.object({
  /** Of the first and of the last call that was noted, in milliseconds. */
  since: z.number(),
  last: z.number(),
  calls: z.number(),
  /** The newest call's number: one that is retried or resumed is no further one. */
  newest: z.number(),
});
const lossSchema = z.object({
  /** When it was noticed, in milliseconds. */
  at: z.number(),
  /** The names of the databases that are gone. */
  databases: z.array(z.string()),
  had: hadSchema.optional(),
  /** The browser's own words. */
  reason: z.string().optional(),
});
const noteSchema = z.object({ had: hadSchema.optional(), loss: lossSchema.optional() });

export type Loss = z.infer<typeof lossSchema>;
type Note = z.infer<typeof noteSchema>;

export class DataNote {
  /** What the browser did not let be kept. */
  #unkept: Note | undefined;

  /** @param database the store's; the ledger's has no note of its own */
  constructor(private readonly database: string) {}

  /** What was lost and not dismissed yet. */
  get loss(): Loss | undefined {
    return this.#read().loss;
  }

  /** Takes note of the calls, and that something was written by hand. */
  saw({ tables, invocation, invocationSeq = 0, wiped, remote }: StoreChange): void {
    // Another tab takes note of its own; a server that starts writes nothing yet.
    const isCall = tables.includes("invocations") && invocationSeq > 0;
    const isByHand = tables.includes("maps") && invocation === undefined;
    if (wiped || remote || !(isCall || isByHand)) return;
    const { had, ...rest } = this.#read();
    if (had && invocationSeq <= had.newest) return;
    const now = Date.now();
    this.#write({
      ...rest,
      had: {
        since: had?.since ?? now,
        last: now,
        calls: (had?.calls ?? 0) + (isCall ? 1 : 0),
        newest: invocationSeq,
      },
    });
  }

  /** A database of the example's is made: lost, where there was data or the browser says so. */
  made({ name, dataLoss }: MadeDatabase): void {
    const { had, loss } = this.#read();
    // A loss that stands was of this opening, or of one that was broken off.
    if (!had && !loss && dataLoss === undefined) return;
    const reason = dataLoss ?? loss?.reason;
    this.#write({
      // Where the ledger alone is gone, there still is data.
      had: name === this.database ? undefined : had,
      loss: {
        at: Date.now(),
        databases: [...new Set([...(loss?.databases ?? []), name])],
        had: had ?? loss?.had,
        reason,
      },
    });
  }

  /** The loss was read. */
  dismiss(): void {
    this.#write({ had: this.#read().had });
  }

  /** The person deleted everything: nothing that is missing from now on was lost. */
  clear(): void {
    this.#write({});
  }

  get #key(): string {
    return `data:${this.database}`;
  }

  #read(): Note {
    if (this.#unkept) return this.#unkept;
    try {
      return noteSchema.parse(JSON.parse(localStorage.getItem(this.#key) ?? "{}"));
    } catch {
      return {}; // Blocked, or written by something else.
    }
  }

  #write(note: Note): void {
    this.#unkept = undefined;
    try {
      localStorage.setItem(this.#key, JSON.stringify(note));
    } catch {
      this.#unkept = note; // Blocked or full: it lasts as long as the page.
    }
  }
}
