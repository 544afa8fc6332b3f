/** What is said of a choice is what a server does: at first passings, at later ones, and in guards within guards. */
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
import { deferred, type Deferred, type GuardKind, type TraceEvent } from "../../../store/index.ts";
import { call, ok, openLab, type Lab } from "../../../testing/lab.ts";
import {
  crashWords,
  failureWords,
  meaningOf,
  startedOf,
  type AfterCrash,
  type AfterFailure,
  type Standing,
} from "./meaning.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const things = SortedMap.ref("things");

type Kind = GuardKind | undefined;

/** One tool: a guard within a guard, or without the one or both, does an effect and writes a map. */
function register(outer: Kind, kind: Kind) {
  return (server: DurableMcpServer): void => {
    lab.world.simulate("post.send", { answers: ["sent"] });
    server.registerTool("act", {}, async (_, context) => {
      const act = async (at: DurableContext): Promise<string> => {
        await effect(at, "post.send", {}, () => "never");
        await things.insert(at, { entries: { one: toBytes(1) } });
        return "done";
      };
      const within = async (at: DurableContext): Promise<string> =>
        await guarded(kind, "step", at, act);
      await guarded(outer, "outer", context, within);
      return ok();
    });
  };
}

function guarded(
  kind: Kind,
  alias: string,
  context: DurableContext,
  callable: (at: DurableContext) => Promise<string>,
): Promise<string> {
  const options = { schema: z.string(), retryPolicy: { maxAttempts: 3 } };
  if (kind === undefined) return callable(context);
  return kind === "atLeastOnce"
    ? atLeastOnce(alias, context, callable, options)
    : atMostOnce(alias, context, callable, { ...options, retryableErrors: [NetworkError] });
}

interface Place {
  readonly outer: Kind;
  readonly kind: Kind;
  readonly point: FaultPoint;
  readonly guards: "on" | "off";
}

/** Calls the tool and decides at one passing of a point after another; resolves with what is known at the last. */
async function decideAt(place: Place, decisions: readonly Decision[]) {
  const { outer, kind, point, guards } = place;
  let paused: Deferred<Pause> = deferred();
  const stepper = new Stepper(([pause]) => {
    if (pause) paused.resolve(pause);
  });
  const alias = point.startsWith("guard:") ? { match: { alias: "step" } } : {};
  stepper.breakpoints = [{ point, ...alias }];
  const faults = {
    strike: () => Promise.resolve(undefined),
    pause: (...passing: Parameters<Stepper["pause"]>) => stepper.pause(...passing),
  };
  const id = uuidv7();
  const serve = () => lab.serve(register(outer, kind), { faults, guards });
  const { client, server: first } = await serve();
  let server = first;
  const answer = call(client, "act", {}, id).catch((error: unknown) => error);
  for (const decision of decisions.slice(0, -1)) {
    const { id: at } = await paused.promise;
    paused = deferred();
    stepper.decide(at, decision);
    if (typeof decision === "object" && decision.kind === "crash") {
      await lab.until(() => Promise.resolve(server.state === "crashed"));
      ({ server } = await serve());
    }
  }
  const pause = await paused.promise;
  const standing: Standing = { ...pause, guards };
  const rows = await lab.world.ledger.rows({ limit: 99 });
  const stored = await lab.store.readGuards({ invocation: id, limit: 9 });
  const entry = await lab.store.readEntry("things", "one");
  stepper.breakpoints = [];
  stepper.decide(pause.id, decisions.at(-1) ?? "go on");
  if (decisions.length === 1) await answer;
  if (decisions.at(-1) === CRASH) {
    await lab.until(() => Promise.resolve(server.state === "crashed"));
    await serve();
  }
  const ended = ["completed", "failed"];
  await lab.until(async () => ended.includes((await lab.store.readInvocation(id))?.state ?? ""));
  const trace = await lab.store.readTrace({ invocation: id, limit: 999 });
  const after = trace.slice(trace.findLastIndex(({ type }) => type === "paused"));
  return { standing, id, rows, stored, entry, after };
}

const CRASH: Decision = { kind: "crash" };
const failing = (error: string): Decision => ({ kind: "non-retryable", error });

const POINTS: readonly FaultPoint[] = [
  "guard:before-start",
  "guard:started",
  "effect:before",
  "effect:after",
  "map:before-commit",
  "map:committed",
  "guard:before-store",
  "guard:stored",
  "call:before-response",
];

const KINDS = [undefined, "atLeastOnce", "atMostOnce"] as const;

const PLACES: readonly Place[] = KINDS.flatMap((outer) =>
  KINDS.filter((kind) => kind !== undefined || outer === undefined).flatMap((kind) =>
    POINTS.flatMap((point) => {
      const isGuards = point.startsWith("guard:");
      if (isGuards && kind === undefined) return [];
      if (kind === "atLeastOnce" && point === "guard:started") return [];
      // Without a record a guard passes none of its own points.
      const guards = isGuards ? (["on"] as const) : (["on", "off"] as const);
      return guards.map((on): Place => ({ outer, kind, point, guards: on }));
    }),
  ),
);

const name = "$outer around $kind at $point, guards $guards";

it.each(PLACES)(`a crash at a first passing: ${name}`, (place) => expectCrash(place, [CRASH]));

it.each(
  PLACES.filter(({ outer, kind, point, guards }) => {
    const [only] = [outer, kind].filter((one) => one !== undefined);
    // In these, the point is passed again after an error there.
    return (
      guards === "on" &&
      outer === undefined &&
      only !== undefined &&
      (point.startsWith("effect:") || point.startsWith("map:"))
    );
  }),
)(`a crash at a second attempt's: ${name}`, (place) =>
  expectCrash(place, [failing("NetworkError"), CRASH]),
);

it.each(
  PLACES.filter(
    ({ outer, kind, point, guards }) =>
      // A resumed call does not go past an at-most-once guard that is started.
      ![outer, kind].includes("atMostOnce") && point !== "guard:stored" && guards === "on",
  ),
)(`a crash in a second execution: ${name}`, (place) => expectCrash(place, [CRASH, CRASH]));

async function expectCrash(place: Place, decisions: readonly Decision[]): Promise<void> {
  const { kind, point } = place;
  const { standing, rows, stored, entry, after } = await decideAt(place, decisions);
  const meaning = meaningOf(standing);
  // What is said to be written stands there while it waits.
  const isDone = !["guard:before-start", "guard:started", "effect:before"].includes(point);
  expect(rows.length > 0).toBe(isDone || (decisions.length > 1 && rows.length > 0));
  if (/ has done it/.test(meaning.written))
    expect(rows.at(-1)).toMatchObject({ outcome: "unanswered" });
  expect(/ has done it/.test(meaning.written)).toBe(point === "effect:after");
  const started = stored.filter(({ state }) => state === "started" && place.guards === "on");
  for (const guard of started.filter(({ kind }) => kind === "atMostOnce")) {
    expect(meaning.written).toContain(`“${guard.alias}” is started`);
  }
  if (/is started/.test(meaning.written)) expect(started).not.toEqual([]);
  if (point === "guard:stored") expect(meaning.written).toContain("“step” is stored");
  expect(stored.some(({ alias, state }) => alias === "step" && state === "stored")).toBe(
    place.guards === "on" &&
      kind !== undefined &&
      (point === "guard:stored" || point === "call:before-response"),
  );
  if (point === "map:committed") expect(entry).toBeDefined();
  if (point === "map:before-commit" && standing.execution === 1 && standing.attempt !== 2) {
    expect(entry).toBeUndefined();
  }

  const done = (await lab.world.ledger.rows({ limit: 99 })).length - rows.length;
  const saw = (type: TraceEvent["type"], alias: string | undefined): boolean =>
    after.some((event) => event.type === type && event.alias === alias);
  const checks: Record<AfterCrash, () => void> = {
    "comes again": () => expect([saw("attempt-started", "step"), done]).toEqual([true, 1]),
    refused: () => expect([saw("guard-refused", startedOf(standing)), done]).toEqual([true, 0]),
    answered: () => expect([saw("guard-answered", "step"), done]).toEqual([true, 0]),
    "runs the callable": () => expect([saw("attempt-started", "step"), done]).toEqual([true, 1]),
    "runs the body": () =>
      kind === undefined
        ? expect(done).toBe(1)
        : expect([saw("guard-answered", place.outer ? "outer" : "step"), done]).toEqual([true, 0]),
    "runs everything": () => expect(done).toBe(1),
  };
  checks[meaning.crash]();
  const words = crashWords(standing);
  // The callable around is run again exactly where it is said to be.
  const outerAgain = place.outer !== undefined && saw("attempt-started", "outer");
  if (place.guards === "on") expect(/of “outer” again/.test(words)).toBe(outerAgain);
  if (point === "map:committed" && meaning.crash !== "refused") {
    const write = after.findLast(({ type }) => type === "map-written");
    expect(write?.outcome).toBe(
      kind === undefined && place.outer === undefined ? "deduplicated" : "applied",
    );
  }
}

it.each(PLACES)(`an error at a first passing: ${name}`, async (place) => {
  for (const error of ["NetworkError", "OddError"])
    await expectFailure(place, [failing(error)], error);
});

it.each(
  PLACES.filter(
    ({ outer, kind, point, guards }) =>
      guards === "on" &&
      outer === undefined &&
      kind !== undefined &&
      (point.startsWith("effect:") || point.startsWith("map:")),
  ),
)(`an error at a second attempt's: ${name}`, async (place) => {
  for (const error of ["NetworkError", "OddError"]) {
    await expectFailure(place, [failing("NetworkError"), failing(error)], error);
  }
});

async function expectFailure(
  place: Place,
  decisions: readonly Decision[],
  error: string,
): Promise<void> {
  const { standing, id, after } = await decideAt(place, decisions);
  const { fail } = meaningOf(standing);
  const again = after.some(({ type, alias }) => type === "attempt-started" && alias === "step");
  const invocation = await lab.store.readInvocation(id);
  const guard = (await lab.store.readGuards({ invocation: id, limit: 9 })).find(
    ({ alias }) => alias === "step",
  );
  const { state } = invocation ?? {};
  // A guard around judges the error, too.
  const isCaught =
    place.outer === "atLeastOnce" || (place.outer === "atMostOnce" && error === "NetworkError");
  const checks: Record<AfterFailure, () => void> = {
    thrown: () =>
      isCaught
        ? expect(state).toBe("completed")
        : expect([state, guard?.state]).toEqual(["failed", undefined]),
    "thrown past the store": () =>
      expect([state, guard?.state]).toEqual([isCaught ? "completed" : "failed", "stored"]),
    "fails for good": () => expect([state, guard?.state]).toEqual(["failed", "failed"]),
    "is judged": () => {
      const isRetried = error === "NetworkError";
      if (isRetried || place.outer === undefined) expect(again).toBe(isRetried);
      if (place.guards === "on") expect(guard?.state).toBe(isRetried ? "stored" : "failed");
      else expect(guard).toBeUndefined();
      if (isRetried) expect(state).toBe("completed");
    },
    "tries again": () => expect([state, again]).toEqual(["completed", true]),
    "tries again, stored": () =>
      expect([state, again, guard?.state]).toEqual(["completed", false, "stored"]),
    answers: () => expect(state).toBe("failed"),
  };
  checks[fail]();
  const above = place.outer ? "callable of “outer”" : "tool’s body";
  const words = failureWords(standing);
  if (/goes to/.test(words)) expect(words).toContain(above);
}
