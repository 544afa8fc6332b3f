/** What is said of a choice is what a server does. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import {
  atLeastOnce,
  atMostOnce,
  effect,
  NetworkError,
  SortedMap,
  toBytes,
  uuidv7,
  type DurableContext,
  type FaultPoint,
} from "../../../durable/index.ts";
import { Stepper, type Decision, type Pause } from "../../../host/index.ts";
import type { DurableMcpServer } from "../../../mcp/index.ts";
import { deferred, type GuardKind, type TraceEvent } from "../../../store/index.ts";
import { call, ok, openLab, until, type Lab } from "../../../testing/lab.ts";
import { meaningOf, type AfterCrash, type AfterFailure, type Standing } from "./meaning.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const things = SortedMap.ref("things");

/** One tool whose guard, or whose body, does an effect and writes a map. */
function register(kind: GuardKind | undefined) {
  return (server: DurableMcpServer): void => {
    lab.world.simulate("post.send", { answers: ["sent"] });
    server.registerTool("act", {}, async (_, context) => {
      const act = async (at: DurableContext): Promise<string> => {
        await effect(at, "post.send", {}, () => "never");
        await things.insert(at, { entries: { one: toBytes(1) } });
        return "done";
      };
      const schema = z.string();
      const options = { schema, retryPolicy: { maxAttempts: 2 } };
      if (kind === undefined) await act(context);
      else if (kind === "atLeastOnce") await atLeastOnce("step", context, act, options);
      else {
        await atMostOnce("step", context, act, { ...options, retryableErrors: [NetworkError] });
      }
      return ok();
    });
  };
}

/** Calls the tool and decides at the first passing of a point; resolves with what is known then. */
async function decideAt(
  kind: GuardKind | undefined,
  point: FaultPoint,
  guards: "on" | "off",
  decision: Decision,
) {
  const paused = deferred<Pause>();
  const stepper = new Stepper(([pause]) => {
    if (pause) paused.resolve(pause);
  });
  stepper.breakpoints = [{ point }];
  const faults = {
    strike: () => Promise.resolve(undefined),
    pause: (...passing: Parameters<Stepper["pause"]>) => stepper.pause(...passing),
  };
  const { server, client } = await lab.serve(register(kind), { faults, guards });
  const id = uuidv7();
  const answer = call(client, "act", {}, id).catch((error: unknown) => error);
  const standing: Standing = { ...(await paused.promise), guards };
  const rows = await lab.world.ledger.rows({ limit: 9 });
  const [guard] = await lab.store.readGuards({ invocation: id, limit: 9 });
  const entry = await lab.store.readEntry("things", "one");
  stepper.breakpoints = [];
  stepper.decide((await paused.promise).id, decision);
  await answer;
  if (server.state === "crashed") {
    await lab.serve(register(kind), { guards });
    const ended = ["completed", "failed"];
    await until(lab, async () => ended.includes((await lab.store.readInvocation(id))?.state ?? ""));
  }
  const trace = await lab.store.readTrace({ invocation: id, limit: 99 });
  return { standing, id, rows, guard, entry, trace };
}

const POINTS: Readonly<Record<"in a guard" | "in the body", readonly FaultPoint[]>> = {
  "in a guard": [
    "guard:before-start",
    "guard:started",
    "effect:before",
    "effect:after",
    "map:before-commit",
    "map:committed",
    "guard:before-store",
    "guard:stored",
    "call:before-response",
  ],
  "in the body": [
    "effect:before",
    "effect:after",
    "map:before-commit",
    "map:committed",
    "call:before-response",
  ],
};

const PLACES = ([undefined, "atLeastOnce", "atMostOnce"] as const).flatMap((kind) =>
  POINTS[kind ? "in a guard" : "in the body"].flatMap((point) =>
    (["on", "off"] as const)
      // Without a record a guard passes none of its own points.
      .filter((guards) => guards === "on" || !point.startsWith("guard:"))
      .filter(() => !(kind === "atLeastOnce" && point === "guard:started"))
      .map((guards) => ({ kind, point, guards })),
  ),
);

it.each(PLACES)("a crash: $kind at $point, guards $guards", async ({ kind, point, guards }) => {
  const { standing, rows, guard, entry, trace } = await decideAt(kind, point, guards, {
    kind: "crash",
  });
  const meaning = meaningOf(standing);
  // What is said to be written stands there while it waits.
  expect(/ has done it/.test(meaning.written)).toBe(point === "effect:after");
  expect(rows).toHaveLength(
    ["guard:before-start", "guard:started", "effect:before"].includes(point) ? 0 : 1,
  );
  expect(meaning.written.includes("is started")).toBe(
    guard?.state === "started" &&
      point !== "guard:before-start" &&
      point !== "call:before-response",
  );
  expect(meaning.written.includes("is stored, ")).toBe(point === "guard:stored");
  if (point.startsWith("map:")) expect(entry !== undefined).toBe(point === "map:committed");
  const effects = await lab.world.ledger.rows({ limit: 9 });
  const resumed = trace.filter(({ execution }) => execution === 2);
  const saw = (type: TraceEvent["type"], outcome?: string): boolean =>
    resumed.some((event) => event.type === type && (!outcome || event.outcome === outcome));
  const checks: Record<AfterCrash, () => boolean> = {
    begins: () => saw("attempt-started") && effects.length === 1,
    refused: () => saw("guard-refused") && effects.length === rows.length,
    answered: () => saw("guard-answered") && effects.length === 1,
    "runs again": () => saw("attempt-started") && effects.length === 2,
    "does it": () => effects.length === 1,
    "does it again": () => effects.length === 2,
    "writes it": () => saw("map-written", "applied"),
    "writes it again": () => saw("map-written", "applied"),
    "skips it": () => saw("map-written", "deduplicated"),
    "runs the body": () =>
      kind === undefined || guards === "off" ? effects.length === 2 : saw("guard-answered"),
  };
  expect([meaning.crash, checks[meaning.crash]()]).toEqual([meaning.crash, true]);
});

it.each(PLACES)("an error: $kind at $point, guards $guards", async ({ kind, point, guards }) => {
  for (const error of ["NetworkError", "OddError"]) {
    const { standing, id, trace } = await decideAt(kind, point, guards, {
      kind: "non-retryable",
      error,
    });
    const { fail } = meaningOf(standing);
    const attempts = trace.filter(({ type }) => type === "attempt-started").length;
    const invocation = await lab.store.readInvocation(id);
    const [guard] = await lab.store.readGuards({ invocation: id, limit: 9 });
    const isThrown = invocation?.state === "failed";
    const checks: Record<AfterFailure, () => boolean> = {
      thrown: () => isThrown && guard === undefined,
      "thrown past the store": () => isThrown && guard?.state === "stored",
      "fails for good": () => isThrown && guard?.state === "failed",
      "is judged": () =>
        error === "NetworkError" ? !isThrown && attempts === 2 : isThrown && attempts === 1,
      "tries again": () => !isThrown,
      answers: () => isThrown,
    };
    expect([fail, error, checks[fail]()]).toEqual([fail, error, true]);
  }
});
