/** How a server starts, and how lost responses and hangs end. */
import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { call, openLab, textOf, type Lab } from "../testing/lab.ts";
import { pay } from "../testing/tools.ts";
import { DurableMcpServer, FaultPlan, uuidv7 } from "../index.ts";
import { overriding, type Liveness } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

describe("a lost response", () => {
  it("rejects the client's call at once, and the work is done", async () => {
    const faults = new FaultPlan([
      { point: "call:before-response", kind: "lose-response", when: { nth: 1 } },
    ]);
    const { client } = await lab.serve(pay, { faults });
    const id = uuidv7();
    await expect(call(client, "pay", { amount: 5 }, id)).rejects.toMatchObject({
      code: ErrorCode.RequestTimeout,
    });
    const record = await lab.store.readInvocation(id);
    expect(record?.state).toBe("completed");
    expect(record?.last).toMatchObject({ responseLost: true });
    const retry = await call(client, "pay", { amount: 5 }, id);
    expect(textOf(retry)).toBe("t");
    expect(await lab.world.ledger.rows({ limit: 9 })).toHaveLength(1);
  });
});

describe("a hang", () => {
  it("lasts until it is released", async () => {
    const faults = new FaultPlan([{ point: "effect:after", kind: "hang", when: { nth: 1 } }]);
    const { client, server } = await lab.serve(pay, { faults });
    const id = uuidv7();
    const pending = call(client, "pay", { amount: 5 }, id);
    await lab.until(async () =>
      (await lab.store.readTrace({ invocation: id, limit: 99 })).some(
        ({ fault }) => fault === "hang",
      ),
    );
    server.release();
    expect(textOf(await pending)).toBe("t");
  });
});

describe("starting", () => {
  const make = (): DurableMcpServer =>
    new DurableMcpServer({ name: "lab", version: "1.0.0" }, { store: lab.store });

  it("twice is refused, and does not wait for itself", async () => {
    const server = make();
    const first = server.start();
    await expect(server.start()).rejects.toThrow("This server is starting.");
    await first;
    await server.close();
  });

  it("that is ended by a crash or a close says so, and is known to be dead", async () => {
    for (const end of ["crash", "close"] as const) {
      const server = make();
      const started = expect(server.start()).rejects.toThrow(
        /The server (crashed|closed) meanwhile/,
      );
      await server[end]();
      await started;
      expect(server.state).toBe(end === "crash" ? "crashed" : "closed");
      const lives = async (): Promise<boolean> =>
        (await lab.store.liveness.living()).has(server.id);
      await expect.poll(lives).toBe(false);
    }
  });

  it("does not take a call for dead that began while it looked who is alive", async () => {
    const faults = new FaultPlan([{ point: "effect:after", kind: "hang", when: { nth: 1 } }]);
    const { client, server } = await lab.serve(pay, { faults });
    const id = uuidv7();
    const real = lab.store.liveness;
    let pending: Promise<unknown> | undefined;
    // The look-up answers with what was true before the call began.
    const late: Liveness = {
      ...real,
      living: async () => {
        const living = await real.living();
        const before = new Set([...living].filter((name) => name !== server.id));
        pending = call(client, "pay", { amount: 5 }, id);
        await lab.until(async () => (await lab.world.ledger.rows({ limit: 9 })).length === 1);
        return before;
      },
    };
    const store = overriding(lab.store, { liveness: late });
    const other = new DurableMcpServer({ name: "lab", version: "1.0.0" }, { store });
    pay(other);
    await other.start();
    expect((await lab.store.readInvocation(id))?.state).toBe("running");
    await expect.poll(() => server.isHanging).toBe(true);
    server.release();
    await pending;
    await other.close();
  });
});
