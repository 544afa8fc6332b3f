/** A server that others may take for dead does nothing more outside, whatever it was about to do. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { call, openLab, type Lab } from "../testing/lab.ts";
import { pay } from "../testing/tools.ts";
import { overriding } from "../store/index.ts";
import { uuidv7 } from "../durable/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

it("a server whose lease has run out performs no effect, and dies", async () => {
  let isAlive = true;
  const errors: unknown[] = [];
  const { liveness } = lab.store;
  const { client, server } = await lab.serve(pay, {
    onError: (error) => errors.push(error),
    store: overriding(lab.store, {
      liveness: {
        ...liveness,
        enter: async (server, options) => ({
          ...(await liveness.enter(server, options)),
          // As an engine with leases answers who asks too late.
          isAlive: () => {
            if (!isAlive) options.lost?.(new Error("Its lease ran out."));
            return isAlive;
          },
        }),
      },
    }),
  });
  const [first, second] = [uuidv7(), uuidv7()];
  await call(client, "pay", { amount: 1 }, first);
  isAlive = false;
  await expect(call(client, "pay", { amount: 2 }, second)).rejects.toThrow();
  expect(server.state).toBe("crashed");
  expect(errors.map(String)).toEqual(["Error: Its lease ran out."]);
  expect(await lab.world.ledger.rows({ limit: 9 })).toMatchObject([{ invocation: first }]);
});
