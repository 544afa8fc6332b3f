/**
 * Whether what a worker asks of the store and the ledger is what a server asks: it may send anything, and
 * what is kept is read by the page. Values, arguments, requests and answers are the tool's own.
 */
import { z } from "zod";
import type { ServedMethod } from "../store/remote/index.ts";
import { copyJson, type TraceEvent } from "../store/index.ts";

const text = z.string();
/** Of a tool, a service, a guard or a server: what people read. */
const name = text.max(20_000);
/** What a key is made of: a half of a surrogate pair has no place in their order. */
const keyText = text.refine((key) => key.isWellFormed(), "no well-formed text");
const mapName = keyText.min(1).max(20_000);
/** In milliseconds since the epoch, as far as dates go. */
const time = z.number().min(0).max(8.64e15);
const number = z.number().min(-1e12).max(1e12);
const count = z.int().positive();
const limit = z.number().positive().refine(Number.isInteger, "no whole number");
/** A number beyond any that a store comes to would be the last that it gives. */
const seq = z
  .int()
  .min(0)
  .max(2 ** 40);
const flag = z.boolean();
const texts = z.array(text);
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, "no bytes");
const json = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value) && isJson(value),
  "no object of JSON",
);
const kind = z.enum(["atLeastOnce", "atMostOnce"]);
const guards = z.enum(["on", "off"]);
const error = z.strictObject({ name: text, message: text });
const ref = z.strictObject({ invocationSeq: seq, execution: count });
const state = z.enum(["running", "completed", "failed", "interrupted", "cancelled"]);
const filter = z.strictObject({
  tool: name.optional(),
  state: state.optional(),
  errors: flag.optional(),
  since: z.number().optional(),
  text: text.optional(),
});
const page = z.strictObject({ limit, before: seq.optional(), after: seq.optional() });
const outcome = z.enum(["completed", "failed", "crashed", "cancelled"]);

const execution = z.strictObject({
  number: count,
  cause: z.enum(["call", "retry", "resume"]),
  owner: name,
  guards,
  startedAt: time,
  endedAt: time.optional(),
  outcome: outcome.optional(),
  answer: z
    .strictObject({ isError: flag, status: text.optional(), errorType: text.optional() })
    .optional(),
  responseLost: flag.optional(),
  unfinished: texts.optional(),
});

const invocation = z.strictObject({
  seq,
  id: name,
  tool: name,
  args: json,
  state,
  createdAt: time,
  last: execution,
  resumptionCrashes: z.int().nonnegative(),
  unguarded: z.literal(true).optional(),
  held: text.optional(),
  trimmed: z.strictObject({ attempts: number }).optional(),
});

const guard = z.strictObject({
  invocation: name,
  invocationSeq: seq,
  alias: name,
  kind,
  within: name.optional(),
  state: z.enum(["absent", "started", "stored", "failed"]),
  attempts: z.int().nonnegative(),
  execution: count,
  updatedAt: time,
  value: z.unknown().optional(),
  error: error.optional(),
  isOver: z.literal(true).optional(),
});

const bound = z.strictObject({ key: keyText, open: flag }).optional();
const range = z.strictObject({
  map: mapName,
  direction: z.enum(["ascending", "descending"]),
  limit,
  lower: bound,
  upper: bound,
});

const mutation = z.strictObject({
  map: mapName,
  at: time,
  origin: z.strictObject({
    invocation: name.optional(),
    execution: count.optional(),
    guard: z.strictObject({ alias: name, attempt: count }).optional(),
  }),
  change: z.union([
    z.strictObject({ method: z.literal("insert"), entries: z.array(z.tuple([keyText, bytes])) }),
    z.strictObject({ method: z.literal("remove"), keys: z.array(keyText) }),
  ]),
  once: texts.optional(),
  by: ref.optional(),
});

const TRACE_TYPES: Readonly<Record<TraceEvent["type"], true>> = {
  interrupted: true,
  held: true,
  "left-running": true,
  "attempt-started": true,
  "attempt-failed": true,
  backoff: true,
  "guard-stored": true,
  "guard-failed": true,
  "guard-answered": true,
  "guard-refused": true,
  "alias-reused": true,
  "map-written": true,
  effect: true,
  fault: true,
  paused: true,
  continued: true,
  "code-changed": true,
  "effect-validation": true,
  notification: true,
  "audit-failed": true,
};
const traceType = text.refine((type) => Object.hasOwn(TRACE_TYPES, type), "no type of event");

const event = z.strictObject({
  n: number,
  type: traceType,
  at: time,
  invocation: name,
  execution: count,
  alias: name.optional(),
  attempt: number.optional(),
  kind: kind.optional(),
  unrecorded: z.literal(true).optional(),
  map: text.optional(),
  outcome: text.optional(),
  point: text.optional(),
  fault: text.optional(),
  error: error.optional(),
  ms: time.optional(),
  detail: text.optional(),
});

const entry = z.strictObject({
  at: time,
  service: name,
  operation: name,
  invocation: name,
  execution: count,
  alias: name.optional(),
  attempt: number.optional(),
  position: number.optional(),
  repeatable: z.literal(true).optional(),
  outcome: z.literal("uncertain").optional(),
  request: z.unknown().optional(),
  response: z.unknown().optional(),
  error: error.optional(),
  validation: flag.optional(),
});

const begin = z.strictObject({
  id: name,
  tool: name,
  args: json,
  as: z.enum(["client", "resume"]),
  owner: name,
  guards,
  at: time,
  isKnown: flag.optional(),
});

const end = z.strictObject({
  begun: invocation,
  outcome: outcome.exclude(["crashed"]),
  at: time,
  response: z.unknown().optional(),
  responseLost: flag.optional(),
  unfinished: texts.optional(),
});

const claim = ref.extend({
  invocation: name,
  alias: name,
  kind,
  within: name.optional(),
  at: time,
  isNew: flag.optional(),
});

const settlement = z.strictObject({
  claimed: guard,
  at: time,
  state: z.enum(["absent", "stored", "failed"]),
  value: z.unknown().optional(),
  error: error.optional(),
});

const result = z.union([
  z.strictObject({ happened: z.literal(true), response: z.unknown().optional() }),
  z.strictObject({ answered: z.literal(true) }),
  z.strictObject({ error }),
  z.strictObject({ refused: error }),
]);

/** The arguments of each method. Options that carry nothing but a signal are made by this end. */
const ARGUMENTS: Readonly<Record<ServedMethod, readonly z.ZodType[]>> = {
  readInvocation: [text],
  readExecutions: [text],
  readExecution: [ref],
  readAnswer: [text, count],
  readInvocations: [page.extend({ filter: filter.optional() })],
  readPendingInvocations: [state.extract(["running", "interrupted"])],
  beginExecution: [begin],
  endExecution: [end, z.array(event)],
  interruptInvocations: [z.strictObject({ dead: texts, at: time })],
  holdInvocation: [text, text.optional()],
  readGuard: [seq, text],
  readGuards: [
    z.strictObject({
      limit,
      before: z.tuple([seq, text]).optional(),
      after: z.tuple([seq, text]).optional(),
      invocation: name.optional(),
    }),
  ],
  countAttempts: [z.array(invocation)],
  claimGuard: [claim],
  settleGuard: [settlement],
  readEntry: [mapName, keyText],
  readRange: [range],
  readPairs: [range],
  readMapNames: [],
  applyMutation: [mutation],
  appendTrace: [z.array(event)],
  readTrace: [z.strictObject({ invocation: name, limit })],
  countHit: [text, seq],
  readHits: [text],
  "liveness.enter": [text, z.strictObject({ takeOver: flag.optional() }).optional()],
  "liveness.living": [],
  "liveness.untilDead": [text],
  announceServer: [text, z.strictObject({ tookOver: flag.optional() }).optional()],
  record: [entry],
  settle: [seq, result],
};

/** @throws TypeError what of a call's arguments is not as a server sends it, or that none calls the method */
export function checkStoreCall(method: string, args: readonly unknown[]): void {
  if (!isServed(method)) throw new TypeError(`"${method}" is not checked, and is not called.`);
  checkServerCall(method, args);
}

/** Like `checkStoreCall`, for an end that may call other methods, too. */
export function checkServerCall(method: string, args: readonly unknown[]): void {
  if (!isServed(method)) return;
  ARGUMENTS[method].forEach((schema, at) => {
    const { error } = schema.safeParse(args[at]);
    if (!error) return;
    const [first] = error.issues;
    const where = [`argument ${at + 1}`, ...(first?.path.map(String) ?? [])].join(" › ");
    throw new TypeError(
      `No server calls "${method}" so: ${where}: ${first?.message ?? error.message}.`,
    );
  });
}

function isServed(method: string): method is ServedMethod {
  return Object.hasOwn(ARGUMENTS, method);
}

function isJson(value: unknown): boolean {
  try {
    copyJson(value);
    return true;
  } catch {
    return false;
  }
}
