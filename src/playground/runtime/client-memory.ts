/**
 * What the page's clients saw and sent, and the log, kept in this tab for an example: over leaving
 * it, and over a reload. What a tab's storage does not take is forgotten, the oldest first.
 */
import { CallToolResultSchema, LoggingLevelSchema } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { recall, remember } from "../browser/session-memory.ts";
import { DIRECTIONS, OUTCOMES, type Exchange, type ProtocolLog } from "./protocol.ts";
import type { StateCell } from "./state-cell.ts";
import type { ClientView } from "./state.ts";

/** In characters of JSON: of one answer or message, and of all. */
const MOST_OF_ONE = 100_000;
const MOST_OF_ALL = 1_000_000;
/** Written so long after a change, in milliseconds, and when the page is left. */
const WRITE_AFTER_MS = 300;

const viewSchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("waiting") }),
  z.object({ state: z.literal("answered"), result: CallToolResultSchema }),
  z.object({ state: z.literal("error"), error: z.string(), lost: z.boolean() }),
]);
const exchangeSchema = z.object({
  number: z.number(),
  session: z.number(),
  client: z.enum(["page", "script"]),
  at: z.number(),
  direction: z.enum(DIRECTIONS),
  method: z.string(),
  outcome: z.enum(OUTCOMES),
  sent: z.unknown(),
  answer: z.unknown().optional(),
  endedAt: z.number().optional(),
  id: z.union([z.string(), z.number()]).optional(),
});
const lineSchema = z.object({
  kind: z.enum(["heading", "tool", "call", "progress", "answer", "note"]),
  text: z.string(),
});
const logSchema = z.object({
  at: z.number(),
  level: LoggingLevelSchema,
  text: z.string(),
});
const keptSchema = z.object({
  views: z.array(z.tuple([z.string(), viewSchema])),
  exchanges: z.array(exchangeSchema),
  transcript: z.array(lineSchema).default([]),
  transcriptRunning: z.boolean().default(false),
  log: z.array(logSchema).default([]),
});

export class ClientMemory {
  readonly #name: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #end: (() => void) | undefined;

  /** Gives the page what the tab has kept; nothing of that waits any more. */
  constructor(
    private readonly cell: StateCell,
    protocol: ProtocolLog,
    database: string,
  ) {
    this.#name = `client:${database}`;
    const kept = keptSchema.safeParse(parse(recall(this.#name))).data;
    if (!kept) return;
    const { views, exchanges, transcript, transcriptRunning, log } = kept;
    const seen = views.map(([id, view]) => [id, view.state === "waiting" ? LEFT : view] as const);
    const before = log.map((line, index) => ({ ...line, id: index - log.length }));
    cell.set({
      client: new Map([...seen, ...cell.state.client]),
      log: [...before, ...cell.state.log],
    });
    if (!cell.state.transcriptRunning && cell.state.transcript.length === 0) {
      cell.set({ transcript: transcriptRunning ? [...transcript, SCRIPT_LEFT] : transcript });
    }
    protocol.restore(
      exchanges.map((exchange): Exchange => {
        const { endedAt, id, answer, outcome, ...rest } = exchange;
        return {
          ...rest,
          outcome: outcome === "waiting" ? "lost" : outcome,
          ...(answer === undefined ? {} : { answer }),
          ...(endedAt === undefined ? {} : { endedAt }),
          ...(id === undefined ? {} : { id }),
        };
      }),
    );
  }

  /** Keeps what comes, until it is stopped or the page is left. */
  follow(): void {
    if (this.#end) return;
    let seen = this.cell.state;
    const unsubscribe = this.cell.subscribe(() => {
      const { client, protocol, transcript, log } = this.cell.state;
      if (
        client === seen.client &&
        protocol === seen.protocol &&
        transcript === seen.transcript &&
        log === seen.log
      )
        return;
      seen = this.cell.state;
      this.#timer ??= setTimeout(() => this.#write(), WRITE_AFTER_MS);
    });
    const write = (): void => this.#write();
    const page = "document" in globalThis ? globalThis : undefined;
    page?.addEventListener("pagehide", write);
    this.#end = () => {
      unsubscribe();
      page?.removeEventListener("pagehide", write);
      this.#write();
    };
  }

  stop(): void {
    this.#end?.();
    this.#end = undefined;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { client, protocol, transcript, transcriptRunning, log } = this.cell.state;
    // Where the tab's storage is full, the oldest goes first.
    for (let most = MOST_OF_ALL; most > MOST_OF_ONE / 100; most /= 4) {
      const parts = { views: [...client], exchanges: protocol, transcript, log };
      const texts = Object.entries(parts).map(
        ([name, all]) => `"${name}":[${newest(all, most).join()}]`,
      );
      const text = `{${texts.join()},"transcriptRunning":${transcriptRunning}}`;
      if (remember(this.#name, text)) return;
    }
  }
}

const LEFT: ClientView = {
  state: "error",
  error: "The page was left or reloaded before an answer came.",
  lost: true,
};

const SCRIPT_LEFT = {
  kind: "note",
  text: "The page was left or reloaded before the script ended.",
} as const;

/** The newest of what is neither too large alone nor together, each as JSON. */
function newest(all: readonly unknown[], most: number): string[] {
  const kept: string[] = [];
  let size = 0;
  for (const one of all.toReversed()) {
    const text = JSON.stringify(one);
    if (text.length > MOST_OF_ONE) continue;
    size += text.length;
    if (size > most) break;
    kept.unshift(text);
  }
  return kept;
}

function parse(text = "{}"): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Written by something else: there is nothing of ours in it.
  }
}
