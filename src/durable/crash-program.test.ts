/**
 * Random tools under random crashes, against what guards and maps promise: their steps run one after
 * the other, side by side, or with nobody waiting, and their bodies may end while steps still run.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { z } from "zod";
import { runs } from "../testing/runs.ts";
import { writesOf, ok, openLab, textOf, type Answer, type Lab } from "../testing/lab.ts";
import {
  atLeastOnce,
  atMostOnce,
  charge,
  FAULT_POINTS,
  FaultPlan,
  fromBytes,
  NetworkError,
  SortedMap,
  toBytes,
  uuidv7,
  type DurableContext,
  type DurableMcpServer,
} from "../index.ts";
import { overriding, type DurableStore, type GuardRecord } from "../store/index.ts";

/** One guarded step: what its callable does in order, and how its first runs end. */
interface Step {
  readonly kind: "atMostOnce" | "atLeastOnce";
  /** Whether the body waits for it at once, in its end, or never. */
  readonly mode: "awaited" | "parallel" | "unawaited";
  readonly effect: boolean;
  readonly writes: boolean;
  /** Throws before the effect rather than at the end. */
  readonly throwsFirst: boolean;
  readonly throws: readonly ("retryable" | "fatal")[];
  /** The tool's body writes to a map of the step after the guard. */
  readonly bodyWrites: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("atMostOnce", "atLeastOnce"),
  mode: fc.constantFrom("awaited", "parallel", "unawaited"),
  effect: fc.boolean(),
  writes: fc.boolean(),
  throwsFirst: fc.boolean(),
  throws: fc.array(fc.constantFrom("retryable", "fatal"), { maxLength: 4 }),
  bodyWrites: fc.boolean(),
});
const crash = fc.record({
  point: fc.constantFrom(...FAULT_POINTS),
  nth: fc.integer({ min: 1, max: 6 }),
});

/** The first executions end right after they have begun a step, whatever is running then. */
interface EarlyEnd {
  readonly after: number;
  readonly how: "return" | "throw";
}

const earlyEnd: fc.Arbitrary<EarlyEnd> = fc.record({
  after: fc.integer({ min: 0, max: 2 }),
  how: fc.constantFrom("return", "throw"),
});

/** What the outside of the program sees of one step, over all executions. */
class Log {
  entered = 0;
  retryable = 0;
  retryableAfterEffect = 0;
  fatal = 0;
  resolved = 0;
}

const outcomes = z.array(z.object({ value: z.number().optional(), error: z.string().optional() }));
type Outcomes = z.infer<typeof outcomes>;
const schema = z.number();

function programTool(steps: readonly Step[], logs: readonly Log[], ends: readonly EarlyEnd[]) {
  const callable =
    (step: Step, log: Log, name: string) =>
    async (context: DurableContext): Promise<number> => {
      const run = ++log.entered;
      const fails = step.throws[run - 1];
      const fail = (afterEffect: boolean): void => {
        if (fails === "fatal") {
          log.fatal++;
          throw new RangeError("fatal");
        }
        if (fails === "retryable") {
          log.retryable++;
          if (afterEffect) log.retryableAfterEffect++;
          throw new NetworkError("retryable");
        }
      };
      if (step.throwsFirst) fail(false);
      if (step.effect) {
        await charge(context, { transaction_id: name, amount: 1, currency: "USD" });
      }
      if (step.writes) {
        await SortedMap.ref(`by-${name}`).insert(context, { entries: { run: toBytes(run) } });
      }
      if (!step.throwsFirst) fail(step.effect);
      log.resolved++;
      return run;
    };

  return (server: DurableMcpServer): void => {
    server.registerTool("program", {}, async (_args, context) => {
      /** Empty where a step has not ended. */
      const seen: Outcomes = steps.map(() => ({}));
      const run = async (step: Step, index: number): Promise<void> => {
        const name = `step-${index}`;
        const log = logs[index] ?? new Log();
        const work = callable(step, log, name);
        try {
          const value = await (step.kind === "atMostOnce"
            ? atMostOnce(name, context, work, { schema, retryableErrors: [NetworkError] })
            : atLeastOnce(name, context, work, { schema }));
          seen[index] = { value };
        } catch (error) {
          seen[index] = { error: error instanceof Error ? error.name : "?" };
        }
        if (step.bodyWrites) {
          const entries = { execution: toBytes(context.execution) };
          await SortedMap.ref(`body-${name}`).insert(context, { entries });
        }
      };
      const end = ends[context.execution - 1];
      const branches: Promise<void>[] = [];
      for (const [index, step] of steps.entries()) {
        const running = run(step, index);
        if (end?.after === index && end.how === "throw") throw new Error("ends early");
        if (end?.after === index) break;
        if (step.mode === "awaited") await running;
        if (step.mode === "parallel") branches.push(running);
      }
      if (!end) await Promise.all(branches);
      return ok(JSON.stringify(seen));
    });
  };
}

const read = (answer: Answer): Outcomes =>
  answer.isError ? [] : outcomes.parse(JSON.parse(textOf(answer)));

/** The lab's store, which tells where an execution writes when the journal says that it has ended. */
function watched(lab: Lab, late: string[]): DurableStore {
  const { store } = lab;
  const ended = new Set<number>();
  const look = ({ execution }: { readonly execution?: number }, what: string): void => {
    if (execution !== undefined && ended.has(execution)) late.push(`${execution}: ${what}`);
  };
  const record = lab.world.ledger.record.bind(lab.world.ledger);
  lab.world.ledger.record = (row) => {
    look(row, "effect");
    return record(row);
  };
  return overriding(store, {
    endExecution: async (end, events, options) => {
      const wasRunning = await store.endExecution(end, events, options);
      if (wasRunning) ended.add(end.begun.last.number);
      return wasRunning;
    },
    claimGuard: async (claim, options) => {
      const outcome = await store.claimGuard(claim, options);
      if (outcome.claimed) look(claim, "claim");
      return outcome;
    },
    settleGuard: async (settlement, options) => {
      await store.settleGuard(settlement, options);
      look(settlement.claimed, "settlement");
    },
    applyMutation: async (mutation, options) => {
      const applied = await store.applyMutation(mutation, options);
      if (applied.outcome === "applied") look(mutation.origin, "write");
      return applied;
    },
  });
}

function expectStep(
  { kind, mode, effect, throws }: Step,
  log: Log,
  guard: GuardRecord | undefined,
  effects: number,
  history: Outcomes,
): void {
  const values = history.flatMap(({ value }) => (value === undefined ? [] : [value]));
  // A value that was given once is given ever after, and is the stored one.
  const first = history.findIndex(({ value }) => value !== undefined);
  if (first >= 0) {
    expect(new Set(values)).toEqual(new Set([guard?.value]));
    expect(history.slice(first).every(({ value }) => value !== undefined)).toBe(true);
    expect(guard?.state).toBe("stored");
    expect(log.resolved).toBeGreaterThanOrEqual(1);
    if (effect) expect(effects).toBeGreaterThanOrEqual(1);
  }
  if (kind === "atLeastOnce") {
    // Three attempts an execution, and three executions at the end that nothing crashed or cut short.
    if (throws.length <= 4 && mode !== "unawaited") {
      expect(history.at(-1)).toHaveProperty("value");
    }
    return;
  }
  expect(effects).toBeLessThanOrEqual(1 + log.retryableAfterEffect);
  expect(log.entered).toBeLessThanOrEqual(1 + log.retryable);
  expect(log.fatal + log.resolved).toBeLessThanOrEqual(1);
  // Its end cannot be recorded once its execution has ended.
  if (log.fatal > 0) expect(["failed", "started"]).toContain(guard?.state);
  // Failed or left started once, it answers the same for ever.
  const refused = history.findIndex(
    ({ error }) => error === "AtMostOnceFailedBeforeCompleting" || error === "RangeError",
  );
  if (refused >= 0) {
    expect(
      history.slice(refused + 1).every(({ error }) => error === "AtMostOnceFailedBeforeCompleting"),
    ).toBe(true);
  }
}

it("whatever a tool does, in however many tabs and wherever it crashes, its guards and maps keep their word", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 3 }),
      fc.array(crash, { maxLength: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(earlyEnd, { maxLength: 2 }),
      async (steps, crashes, tabs, ends) => {
        const lab = await openLab();
        try {
          const logs = steps.map(() => new Log());
          const faults = new FaultPlan(
            crashes.map(({ point, nth }) => ({ point, kind: "crash", when: { nth } })),
            { id: "crashes" },
          );
          const id = uuidv7();
          const register = programTool(steps, logs, ends);
          const late: string[] = [];
          const store = watched(lab, late);
          const answers: Outcomes[] = [];
          for (let retry = 0; retry < 3 + ends.length; retry++) {
            // Every tab has a server of its own, and asks for the same at the same time.
            const asked = Array.from({ length: tabs }, () =>
              lab.callUntilAnswered(register, { faults, store }, "program", {}, id),
            );
            answers.push(...(await Promise.all(asked)).map(read));
          }

          const record = await lab.store.readInvocation(id);
          expect(record?.state).toBe("completed");
          // Every execution that ended with an answer, those that no client saw included.
          const executions = await lab.store.readExecutions(id);
          const history: Outcomes[] = [];
          for (const { number, outcome } of executions) {
            if (outcome !== "completed") continue;
            history.push(read((await lab.store.readAnswer(id, number)) as Answer));
          }
          expect(answers).toContainEqual(history.at(-1));
          expect(executions.every(({ outcome }) => outcome !== undefined)).toBe(true);

          const rows = await lab.world.ledger.rows({ invocation: id, limit: 999 });
          const writes = await writesOf(lab.store);
          for (const [index, step] of steps.entries()) {
            const name = `step-${index}`;
            const log = logs[index] ?? new Log();
            const guard = await lab.guard(id, name);
            const effects = rows.filter(({ alias }) => alias === name).length;
            const steps = history
              .flatMap((outcome) => outcome.slice(index, index + 1))
              .filter(({ value, error }) => value !== undefined || error !== undefined);
            expectStep(step, log, guard, effects, steps);

            // Inside the callable once per attempt, in the body once.
            const inside = writes.filter(({ map }) => map === `by-${name}`);
            const attempts = inside.map(({ origin }) => origin.guard?.attempt);
            expect(new Set(attempts).size).toBe(attempts.length);
            if (guard?.state === "stored" && step.writes) {
              const entry = await lab.store.readEntry(`by-${name}`, "run");
              expect(entry && fromBytes(entry.value)).toBe(guard.value);
            }
            const body = writes.filter(({ map }) => map === `body-${name}`);
            if (step.mode === "unawaited") expect(body.length).toBeLessThanOrEqual(1);
            else expect(body.length).toBe(step.bodyWrites ? 1 : 0);
          }
          expect(late, "what ended executions did").toEqual([]);
        } finally {
          await lab.close();
        }
      },
    ),
    { numRuns: runs(40) },
  );
});
