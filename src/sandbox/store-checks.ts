/**
 * Whether what a worker asks of the store and the ledger is what a server asks: it may send anything, and
 * what is kept is read by the page. Values, arguments, requests and answers are the tool's own.
 */
import { z } from "zod";

const text = z.string();
const number = z.number();
const count = z.int().positive();
const seq = z.int().nonnegative();
const flag = z.boolean();
const texts = z.array(text);
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, "no bytes");
const members = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "no object",
);
const kind = z.enum(["atLeastOnce", "atMostOnce"]);
const guards = z.enum(["on", "off"]);
const error = z.object({ name: text, message: text });
const ref = z.object({ invocationSeq: seq, execution: count });
const page = z.object({ limit: count, before: seq.optional(), after: seq.optional() });
const state = z.enum(["running", "completed", "failed", "interrupted", "cancelled"]);
const outcome = z.enum(["completed", "failed", "crashed", "cancelled"]);

const execution = z.object({
  number: count,
  cause: z.enum(["call", "retry", "resume"]),
  owner: text,
  guards,
  startedAt: number,
  endedAt: number.optional(),
  outcome: outcome.optional(),
  answer: z
    .object({ isError: flag, status: text.optional(), errorType: text.optional() })
    .optional(),
  responseLost: flag.optional(),
  unfinished: texts.optional(),
});

const invocation = z.object({
  seq,
  id: text,
  tool: text,
  args: members,
  state,
  createdAt: number,
  last: execution,
  resumptionCrashes: z.int().nonnegative(),
  unguarded: z.literal(true).optional(),
  held: text.optional(),
  trimmed: z.object({ attempts: number }).optional(),
});

const guard = z.object({
  invocation: text,
  invocationSeq: seq,
  alias: text,
  kind,
  within: text.optional(),
  state: z.enum(["absent", "started", "stored", "failed"]),
  attempts: z.int().nonnegative(),
  execution: count,
  updatedAt: number,
  error: error.optional(),
  isOver: z.literal(true).optional(),
});

const bound = z.object({ key: text, open: flag }).optional();
const range = z.object({
  map: text,
  direction: z.enum(["ascending", "descending"]),
  limit: count,
  lower: bound,
  upper: bound,
});

const mutation = z.object({
  map: text,
  at: number,
  origin: z.object({
    invocation: text.optional(),
    execution: count.optional(),
    guard: z.object({ alias: text, attempt: count }).optional(),
  }),
  change: z.union([
    z.object({ method: z.literal("insert"), entries: z.array(z.tuple([text, bytes])) }),
    z.object({ method: z.literal("remove"), keys: texts }),
  ]),
  once: texts.optional(),
  by: ref.optional(),
});

const event = z.object({
  n: number,
  type: text,
  at: number,
  invocation: text,
  execution: count,
  alias: text.optional(),
  attempt: number.optional(),
  kind: kind.optional(),
  unrecorded: z.literal(true).optional(),
  map: text.optional(),
  outcome: text.optional(),
  point: text.optional(),
  fault: text.optional(),
  error: error.optional(),
  ms: number.optional(),
  detail: text.optional(),
});

const entry = z.object({
  at: number,
  service: text,
  operation: text,
  invocation: text,
  execution: count,
  alias: text.optional(),
  attempt: number.optional(),
  position: number.optional(),
  repeatable: z.literal(true).optional(),
  outcome: z.literal("uncertain").optional(),
  error: error.optional(),
  validation: flag.optional(),
});

const begin = z.object({
  id: text,
  tool: text,
  args: members,
  as: z.enum(["client", "resume"]),
  owner: text,
  guards,
  at: number,
  isKnown: flag.optional(),
});

const end = z.object({
  begun: invocation,
  outcome: outcome.exclude(["crashed"]),
  at: number,
  responseLost: flag.optional(),
  unfinished: texts.optional(),
});

const claim = ref.extend({
  invocation: text,
  alias: text,
  kind,
  within: text.optional(),
  at: number,
  isNew: flag.optional(),
});

const settlement = z.object({
  claimed: guard,
  at: number,
  state: z.enum(["absent", "stored", "failed"]),
  error: error.optional(),
});

const result = z.union([
  z.object({ happened: z.literal(true) }),
  z.object({ answered: z.literal(true) }),
  z.object({ error }),
  z.object({ refused: error }),
]);

/** The arguments of each method, but for the options at the end, which carry a signal. */
const ARGUMENTS: Readonly<Record<string, readonly z.ZodType[]>> = {
  readInvocation: [text],
  readExecutions: [text],
  readExecution: [ref],
  readAnswer: [text, count],
  readInvocations: [page.extend({ filter: members.optional() })],
  readPendingInvocations: [state.extract(["running", "interrupted"])],
  beginExecution: [begin],
  endExecution: [end, z.array(event)],
  interruptInvocations: [z.object({ dead: texts, at: number })],
  holdInvocation: [text, text.optional()],
  readGuard: [seq, text],
  readGuards: [
    z.object({
      limit: count,
      before: z.tuple([seq, text]).optional(),
      after: z.tuple([seq, text]).optional(),
      invocation: text.optional(),
    }),
  ],
  countAttempts: [z.array(invocation)],
  claimGuard: [claim],
  settleGuard: [settlement],
  readEntry: [text, text],
  readRange: [range],
  readPairs: [range],
  readMapNames: [],
  applyMutation: [mutation],
  appendTrace: [z.array(event)],
  readTrace: [z.object({ invocation: text, limit: count })],
  countHit: [text, seq],
  readHits: [text],
  "liveness.enter": [text],
  "liveness.living": [],
  "liveness.untilDead": [text],
  announceServer: [text, z.object({ tookOver: flag.optional() }).optional()],
  record: [entry],
  settle: [seq, result],
};

/** @throws TypeError what of a call's arguments is not as a server sends it */
export function checkStoreCall(method: string, args: readonly unknown[]): void {
  const schemas = ARGUMENTS[method];
  if (!schemas) throw new TypeError(`"${method}" is not checked, and is not called.`);
  schemas.forEach((schema, at) => {
    const { error } = schema.safeParse(args[at]);
    if (!error) return;
    const [first] = error.issues;
    const where = [`argument ${at + 1}`, ...(first?.path.map(String) ?? [])].join(" › ");
    throw new TypeError(
      `No server calls "${method}" so: ${where}: ${first?.message ?? error.message}.`,
    );
  });
}
