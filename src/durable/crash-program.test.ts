/** Random tools under random crashes, against what guards and maps promise (SPEC.md 2.2, 2.3, 3.3). */
import fc from "fast-check";
import { expect, it } from "vitest";
import { z } from "zod";
import {
  callUntilAnswered,
  dump,
  ok,
  openLab,
  textOf,
  type Answer,
  type Lab,
  guardOf,
} from "../../e2e/support/lab.ts";
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
import type { GuardRecord, WriteHeader } from "../store/index.ts";

/** One guarded step: what its callable does in order, and how its first runs end. */
interface Step {
  readonly kind: "atMostOnce" | "atLeastOnce";
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

function programTool(lab: Lab, steps: readonly Step[], logs: readonly Log[]) {
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
        await charge(lab.world, context, { transaction_id: name, amount: 1, currency: "USD" });
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
      const seen: Outcomes = [];
      for (const [index, step] of steps.entries()) {
        const name = `step-${index}`;
        const log = logs[index] ?? new Log();
        const work = callable(step, log, name);
        try {
          const value = await (step.kind === "atMostOnce"
            ? atMostOnce(name, context, work, { schema, retryableErrors: [NetworkError] })
            : atLeastOnce(name, context, work, { schema }));
          seen.push({ value });
        } catch (error) {
          seen.push({ error: error instanceof Error ? error.name : "?" });
        }
        if (step.bodyWrites) {
          const entries = { execution: toBytes(context.execution) };
          await SortedMap.ref(`body-${name}`).insert(context, { entries });
        }
      }
      return ok(JSON.stringify(seen));
    });
  };
}

const read = (answer: Answer): Outcomes => outcomes.parse(JSON.parse(textOf(answer)));

function expectStep(
  { kind, effect, throws }: Step,
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
    // Three attempts an execution, and three executions at the end that nothing crashed.
    if (throws.length <= 4) expect(history.at(-1)).toHaveProperty("value");
    return;
  }
  expect(effects).toBeLessThanOrEqual(1 + log.retryableAfterEffect);
  expect(log.entered).toBeLessThanOrEqual(1 + log.retryable);
  expect(log.fatal + log.resolved).toBeLessThanOrEqual(1);
  if (log.fatal > 0) expect(guard?.state).toBe("failed");
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
      async (steps, crashes, tabs) => {
        const lab = await openLab();
        try {
          const logs = steps.map(() => new Log());
          const faults = new FaultPlan(
            crashes.map(({ point, nth }) => ({ point, kind: "crash", when: { nth } })),
            { id: "crashes" },
          );
          const id = uuidv7();
          const register = programTool(lab, steps, logs);
          const answers: Outcomes[] = [];
          for (let retry = 0; retry < 3; retry++) {
            // Every tab has a server of its own, and asks for the same at the same time.
            const asked = Array.from({ length: tabs }, () =>
              callUntilAnswered(lab, register, { faults }, "program", id),
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
          const writes = ((await dump(lab))["store.writes"] as [string, WriteHeader][]).map(
            ([, write]) => write,
          );
          for (const [index, step] of steps.entries()) {
            const name = `step-${index}`;
            const log = logs[index] ?? new Log();
            const guard = await guardOf(lab.store, id, name);
            const effects = rows.filter(({ alias }) => alias === name).length;
            const steps = history.flatMap((outcome) => outcome.slice(index, index + 1));
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
            expect(body.length).toBe(step.bodyWrites ? 1 : 0);
          }
        } finally {
          await lab.close();
        }
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);
