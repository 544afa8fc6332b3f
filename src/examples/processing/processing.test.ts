/** The payment example: its answers field by field, and how often the bank really charged (docs/spec.md, 4). */
import { ClientScript } from "../client-script.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { call, openLab, type Answer, type Lab } from "../../testing/lab.ts";
import { connect, FaultPlan, fromBytes, skippingClock, uuidv7, type Fault } from "../../index.ts";
import { serverOf, type TranscriptLine } from "../index.ts";
import { processing } from "./index.ts";

let lab: Lab;
const servers: { close(): Promise<void> }[] = [];
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await lab.close();
});

async function start(...faults: Fault[]) {
  const { store, world } = lab;
  const plan = new FaultPlan(faults);
  const server = await serverOf(processing, { store, world, clock: skippingClock, faults: plan });
  servers.push(server);
  await server.start();
  return await connect(server);
}

async function charges(invocation?: string): Promise<unknown[]> {
  const query = invocation === undefined ? {} : { invocation };
  const rows = await lab.world.ledger.rows({ ...query, limit: 99 });
  return rows.filter(({ service }) => service === "bank").map(({ request }) => request);
}

const payment = (answer: Answer): Record<string, unknown> =>
  answer.structuredContent?.["payment"] as Record<string, unknown>;

describe("process_payment", () => {
  it("charges once and answers with the payment; a retry answers the same from the store", async () => {
    const { client } = await start();
    const args = { amount: 25, description: "Book" };
    const first = await call(client, "process_payment", args);
    expect(first.isError ?? false).toBe(false);
    expect(first.structuredContent).toMatchObject({
      status: "success",
      payment: { amount: 25, currency: "USD", description: "Book", status: "completed" },
    });
    const retry = await call(client, "process_payment", args, first.invocation);
    expect(retry.execution).toBe(2);
    expect(retry.structuredContent).toEqual(first.structuredContent);
    expect(await charges()).toHaveLength(1);
  });

  it("charges a second payment of the same amount as a second payment", async () => {
    const { client } = await start();
    const [one, two] = [
      await call(client, "process_payment", { amount: 5 }),
      await call(client, "process_payment", { amount: 5 }),
    ];
    expect(payment(one)["transaction_id"]).not.toBe(payment(two)["transaction_id"]);
    expect(await charges()).toHaveLength(2);
  });

  it("derives the transaction's id from the invocation: the same on another day and machine", async () => {
    const { client } = await start();
    const id = "0190a1b2-0000-7000-8000-000000000001";
    const first = payment(await call(client, "process_payment", { amount: 5 }, id));
    const other = await openLab();
    const server = await serverOf(processing, { store: other.store, world: other.world });
    await server.start();
    const second = payment(
      await call((await connect(server)).client, "process_payment", { amount: 5 }, id),
    );
    expect(second).toEqual(first);
    await server.close();
    await other.close();
  });

  it.each([
    ["PaymentRejectedError", { amount: 10, currency: "XYZ" }],
    ["PaymentRejectedError", { amount: 10, currency: "usd" }],
    ["InsufficientFundsError", { amount: 100_001 }],
    ["InsufficientFundsError", { amount: 100_001.01, currency: "JPY" }],
  ])("answers %s for %j; its retry says that it failed before", async (error_type, args) => {
    const { client } = await start();
    const first = await call(client, "process_payment", args);
    // An amount in .01 fails once on the network, before the bank refuses it.
    expect(first.isError ?? false).toBe(false);
    expect(first.structuredContent).toMatchObject({
      status: "error",
      error_type,
      retryable: false,
    });
    expect(first.structuredContent?.["message"]).toMatch(/rejected/);
    expect(first.structuredContent).not.toHaveProperty("payment");
    const retry = await call(client, "process_payment", args, first.invocation);
    expect(retry.structuredContent).toMatchObject({
      status: "error",
      error_type: "payment_failed",
      retryable: false,
    });
    expect(String(retry.structuredContent?.["message"])).toContain(error_type);
    expect(await charges()).toEqual([]);
  });

  it.each(["USD", "EUR", "GBP", "JPY"])("takes %s, and exactly 100,000 of it", async (currency) => {
    const { client } = await start();
    const answer = await call(client, "process_payment", { amount: 100_000, currency });
    expect(payment(answer)).toMatchObject({ amount: 100_000, currency, status: "completed" });
  });

  it.each([0.01, 1.01, 12.01, 19.01, 64.01, 1_000.01, 99_999.01])(
    "of %d fails once on the network and then succeeds, in every invocation",
    async (amount) => {
      const { client } = await start();
      for (let payments = 1; payments <= 2; payments++) {
        const answer = await call(client, "process_payment", { amount });
        expect(answer.structuredContent).toMatchObject({ status: "success" });
        const guard = await lab.guard(answer.invocation, "payment");
        expect(guard).toMatchObject({ state: "stored", attempts: 2 });
        expect(await charges(answer.invocation)).toHaveLength(1);
        const key = String(payment(answer)["transaction_id"]);
        expect(await lab.store.readEntry("retry_attempts", key)).toBeDefined();
      }
    },
  );

  it.each([1, 0.1, 10.1, 12.02, 101])("of %d does not fail first", async (amount) => {
    const { client } = await start();
    const { invocation } = await call(client, "process_payment", { amount });
    const guard = await lab.guard(invocation, "payment");
    expect(guard).toMatchObject({ state: "stored", attempts: 1 });
  });

  it("answers network_error while the bank cannot be reached, and a retry charges", async () => {
    const point = "effect:before";
    const { client } = await start({ point, kind: "retryable", when: { first: 3 } });
    const first = await call(client, "process_payment", { amount: 5 });
    expect(first.structuredContent).toMatchObject({
      status: "error",
      error_type: "network_error",
      retryable: true,
    });
    expect(String(first.structuredContent?.["message"])).toContain("unavailable");
    expect(await charges()).toEqual([]);
    const retry = await call(client, "process_payment", { amount: 5 }, first.invocation);
    expect(retry.structuredContent).toMatchObject({ status: "success" });
    expect(await charges()).toHaveLength(1);
  });

  it("answers payment_failed after a crash in the middle of a charge, and charges no more", async () => {
    const { client } = await start({ point: "effect:after", kind: "crash", when: { nth: 1 } });
    const id = uuidv7();
    await expect(call(client, "process_payment", { amount: 5 }, id)).rejects.toThrow();
    const next = await start();
    const retry = await call(next.client, "process_payment", { amount: 5 }, id);
    expect(retry.structuredContent).toMatchObject({
      status: "error",
      error_type: "payment_failed",
      retryable: false,
    });
    expect(String(retry.structuredContent?.["message"])).toContain("server died");
    expect(await charges()).toHaveLength(1);
  });

  it.each([{}, { amount: 0 }, { amount: -5 }, { amount: "5" }])(
    "refuses the arguments %j, and is no invocation",
    async (args) => {
      const { client } = await start();
      const answer = await call(client, "process_payment", args);
      expect(answer.isError).toBe(true);
      expect(await lab.store.readInvocations({ limit: 9 })).toEqual([]);
    },
  );
});

describe("get_payment", () => {
  it("finds what was paid, as it stands in the map", async () => {
    const { client } = await start();
    const paid = payment(await call(client, "process_payment", { amount: 25, currency: "GBP" }));
    const transaction_id = String(paid["transaction_id"]);
    const found = await call(client, "get_payment", { transaction_id });
    expect(found.structuredContent).toEqual({ status: "success", payment: paid });
    const entry = await lab.store.readEntry("payments", transaction_id);
    expect(entry && fromBytes(entry.value)).toEqual(paid);
  });

  it("answers with a message, and no error, for a payment that is none", async () => {
    const { client } = await start();
    const answer = await call(client, "get_payment", { transaction_id: "txn_none" });
    expect(answer.isError ?? false).toBe(false);
    expect(answer.structuredContent).toEqual({
      status: "error",
      message: expect.stringContaining("txn_none") as unknown,
    });
  });
});

describe("fetch_exchange_rate", () => {
  it("answers with a rate, the same for the same world, and the same again on a retry", async () => {
    const { client } = await start();
    const args = { from_currency: "USD", to_currency: "JPY" };
    const first = await call(client, "fetch_exchange_rate", args);
    expect(first.structuredContent).toMatchObject({
      status: "success",
      data: { from: "USD", to: "JPY", rate: expect.closeTo(151, -1) as unknown },
    });
    const retry = await call(client, "fetch_exchange_rate", args, first.invocation);
    expect(retry.structuredContent).toEqual(first.structuredContent);
    const rows = await lab.world.ledger.rows({ invocation: first.invocation, limit: 9 });
    expect(rows).toHaveLength(1);
    const again = await call(client, "fetch_exchange_rate", args);
    expect(again.structuredContent).toEqual(first.structuredContent);
  });

  it("answers with a message for a currency that it does not know", async () => {
    const { client } = await start();
    for (const to_currency of ["XYZ", "toString"]) {
      const args = { from_currency: "USD", to_currency };
      const answer = await call(client, "fetch_exchange_rate", args);
      expect(answer.isError ?? false).toBe(false);
      expect(answer.structuredContent).toEqual({
        status: "error",
        message: expect.stringContaining(to_currency) as unknown,
      });
    }
  });
});

it("every tool's answer fits the output schema that it declares", async () => {
  const { client } = await start();
  // The client checks answers against the schemas of the tools that it has listed.
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    "process_payment",
    "get_payment",
    "fetch_exchange_rate",
  ]);
  expect(tools.every(({ outputSchema }) => outputSchema !== undefined)).toBe(true);
  for (const [name, args] of [
    ["process_payment", { amount: 5 }],
    ["process_payment", { amount: 5, currency: "XYZ" }],
    ["get_payment", { transaction_id: "none" }],
    ["fetch_exchange_rate", { from_currency: "USD", to_currency: "EUR" }],
  ] as const) {
    await expect(client.callTool({ name, arguments: args })).resolves.toBeDefined();
  }
});

it("the client script runs end to end, and its transcript has every step with its answer", async () => {
  const { client } = await start();
  const lines: TranscriptLine[] = [];
  const print = (line: TranscriptLine): number => lines.push(line);
  const { runClient } = await processing.load();
  await runClient(new ClientScript({ connect: () => Promise.resolve(client), print }));
  const calls = lines.flatMap(({ kind, text }, index) =>
    kind === "call" ? [[text.replace(/txn_[0-9a-f]{16}/, "txn"), lines[index + 1]] as const] : [],
  );
  const expected: [string, RegExp][] = [
    ['process_payment({"amount":25,"description":"Book"})', /"success"/],
    ['process_payment({"amount":25,"description":"Book"}) (retry)', /"success"/],
    ['get_payment({"transaction_id":"txn"})', /"success".*Book/],
    ['process_payment({"amount":12.01,"currency":"EUR"})', /"success".*12\.01/],
    ['process_payment({"amount":10,"currency":"XYZ"})', /PaymentRejectedError/],
    ['process_payment({"amount":10,"currency":"XYZ"}) (retry)', /payment_failed/],
    ['process_payment({"amount":100001})', /InsufficientFundsError/],
    ['fetch_exchange_rate({"from_currency":"USD","to_currency":"JPY"})', /"rate":1[45]\d/],
    ['get_payment({"transaction_id":"txn_unknown"})', /No payment/],
  ];
  expect(calls.map(([text]) => text)).toEqual(expected.map(([text]) => text));
  for (const [index, [, answer]] of calls.entries()) {
    expect(answer?.kind).toBe("answer");
    expect(answer?.text).toMatch(expected[index]?.[1] ?? /^$/);
  }
  expect(lines.filter(({ kind }) => kind === "tool")).toHaveLength(3);
  expect(lines.filter(({ kind }) => kind === "heading").length).toBeGreaterThanOrEqual(6);
  expect(await charges()).toMatchObject([{ amount: 25 }, { amount: 12.01 }]);
});
