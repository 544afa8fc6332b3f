/** The sweep of every example is green with its guards, shows duplicates without, and can fail. */
import { describe, expect, it } from "vitest";
import { explore, leave } from "../testing/sweeps.ts";
import { exampleNamed, stableId } from "../examples/index.ts";
import { overriding } from "../store/index.ts";
import {
  hostOfTools,
  placesOf,
  problemsOf,
  runCase,
  singleFaults,
  sweep,
  inMemory,
  type OpenCase,
  type Scenario,
} from "./index.ts";

async function scenarioOf(
  name: string,
  tool: string,
  args: Record<string, unknown>,
  before: Scenario["before"] = [],
): Promise<Scenario> {
  const example = exampleNamed(name);
  if (!example) throw new Error(`There is no example ${name}.`);
  const { default: register } = await example.load();
  return { host: hostOfTools(register), tool, args, guards: "on", before };
}

const user = { name: "Ada", email: "ada@example.org" };
const USER_ID = stableId("user", user.name, user.email);
const term = { term: "durable", definition: "Lasting." };

const swept: [string, string, Record<string, unknown>, Scenario["before"]?][] = [
  ["processing", "process_payment", { amount: 25 }],
  ["processing", "process_payment", { amount: 2000 }],
  ["processing", "fetch_exchange_rate", { from_currency: "USD", to_currency: "EUR" }],
  ["steps", "create_user_with_profile", { username: "ada", email: user.email, bio: "Counts." }],
  ["document", "upload_file", { file_id: "letter", content: "Dear Ada" }],
  [
    "document",
    "process_document",
    { file_id: "letter", target_language: "de" },
    [{ tool: "upload_file", args: { file_id: "letter", content: "Dear Ada" } }],
  ],
  ["define", "add_term", term],
  ["define", "remove_term", { term: term.term }, [{ tool: "add_term", args: term }]],
  ["audit", "create_user", user],
  [
    "audit",
    "update_user",
    { user_id: USER_ID, updates: { role: "admin" } },
    [{ tool: "create_user", args: user }],
  ],
  [
    "audit",
    "delete_user",
    { user_id: USER_ID, reason: "She asked." },
    [{ tool: "create_user", args: user }],
  ],
];

describe.each(swept)("%s: %s", (name, tool, args, before) => {
  it("keeps every promise, whatever fails", async () => {
    const { results, clean } = await explore(await scenarioOf(name, tool, args, before));
    expect(clean.end).toMatchObject({ result: { structuredContent: { status: "success" } } });
    expect(results.length).toBeGreaterThan(3);
    expect(problemsOf(results)).toEqual([]);
  });
});

it("keeps every promise whatever two faults meet", async () => {
  const scenario = await scenarioOf("processing", "process_payment", { amount: 25 });
  const { results } = await explore(scenario, { pairs: true });
  expect(results.length).toBeGreaterThan(300);
  expect(problemsOf(results)).toEqual([]);
});

it("shows the payment made twice with the guards off", async () => {
  const scenario = await scenarioOf("processing", "process_payment", { amount: 25 });
  const { results } = await explore({ ...scenario, guards: "off" });
  const twice = results.filter(({ run }) => run.effects.length > 1);
  expect(twice.map(({ faults: [fault] }) => [fault?.point, fault?.kind])).toEqual(
    expect.arrayContaining([
      ["effect:after", "crash"],
      ["map:committed", "crash"],
      ["call:before-response", "crash"],
      ["call:before-response", "lose-response"],
    ]),
  );
  expect(problemsOf(results).join()).toContain(
    'bank.charge happened 2 times under atMostOnce "payment".',
  );
});

it("stops between two cases when it is cancelled", async () => {
  const scenario = await scenarioOf("processing", "process_payment", { amount: 25 });
  const prefix = `explore-${crypto.randomUUID()}`;
  const clean = await runCase(scenario, [], prefix);
  const cases = singleFaults(placesOf(clean.passes));
  const stop = new AbortController();
  const results = await sweep(scenario, clean, cases, {
    prefix,
    signal: stop.signal,
    onResult: () => stop.abort(),
  });
  leave(prefix, results);
  expect(results.length).toBeLessThan(cases.length);
  expect(results.length).toBeGreaterThan(0);
});

it("what comes to something else on the other engine is said, with both", async () => {
  const scenario = await scenarioOf("processing", "process_payment", { amount: 25 });
  const clean = await runCase(scenario, [], "clean", inMemory);
  const cases = singleFaults(placesOf(clean.passes)).slice(0, 11);
  /** Forgets what guards have stored. */
  const check: OpenCase = async (name) => {
    const { store, ledger } = await inMemory(name);
    const readGuards = () => Promise.resolve([]);
    return { store: overriding(store, { readGuards }), ledger };
  };
  const results = await sweep(scenario, clean, cases, { prefix: "explore", check });
  const [first, second, ...others] = results;
  expect(first?.check).toMatch(/^In memory .* the guard "payment" was \w+; on IndexedDB [^"]*\.$/);
  expect(second?.check).toBeUndefined();
  expect(others.at(-1)?.check).toContain("on IndexedDB");
});

it("each case carries the verdict of its call: done twice without guards, never with them", async () => {
  const scenario = await scenarioOf("processing", "process_payment", { amount: 25 });
  const verdicts = async (guards: "on" | "off") => {
    const { results } = await explore({ ...scenario, guards });
    return new Map(
      results.map(({ faults: [fault], judgement }) => [
        `${fault?.kind} at ${fault?.point}`,
        judgement?.verdict,
      ]),
    );
  };
  const on = await verdicts("on");
  const off = await verdicts("off");
  expect(off.get("crash at effect:after")).toBe("done twice");
  // The bank did it, and nobody knows: a retry is refused.
  expect(on.get("crash at effect:after")).toBe("unknown");
  expect(on.get("crash at guard:stored")).toBe("done once");
  // Refused before anything was done.
  expect(on.get("non-retryable at effect:before")).toBe("not done");
  // The callable threw a retryable error after it had charged.
  expect(on.get("retryable at effect:after")).toBe("done twice");
});
