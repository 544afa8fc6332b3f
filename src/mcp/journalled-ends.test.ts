/** Ends that the journal refuses or takes late, and what the client is answered then. */
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { call, openLab, type Lab } from "../testing/lab.ts";
import { interruptedStep, step } from "../testing/tools.ts";
import { atMostOnce, DurableMcpServer, FaultPlan, INVOCATION_ID, uuidv7 } from "../index.ts";
import { deferred, localLiveness, overriding, type InspectableStore } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

/** A tool that throws what the SDK passes on as a protocol error. */
const elicits =
  (data: unknown) =>
  (server: DurableMcpServer): void =>
    server.registerTool("elicits", {}, () => {
      throw new McpError(ErrorCode.UrlElicitationRequired, "open a page", data);
    });

describe("an end that the journal refuses", () => {
  const ways: [string, (store: InspectableStore, owner: string) => Promise<unknown>, RegExp][] = [
    [
      "for another server has taken the call over",
      (store, owner) => store.interruptInvocations({ dead: [owner], at: 0 }),
      /Another server has taken invocation .* over/,
    ],
    ["for everything was wiped", (store) => store.wipe(), /Everything was wiped/],
  ];
  it.each(ways)("%s lets no answer leave", async (_why, before, message) => {
    const owner: { id?: string } = {};
    const { client, server } = await lab.serve(step, {
      store: overriding(lab.store, {
        liveness: localLiveness(),
        endExecution: async (...end) => {
          await before(lab.store, owner.id ?? "");
          return await lab.store.endExecution(...end);
        },
      }),
    });
    owner.id = server.id;
    await expect(call(client, "step", {}, uuidv7())).rejects.toThrow(message);
  });

  it.each(ways)("%s lets no error leave either", async (_why, before, message) => {
    const owner: { id?: string } = {};
    const { client, server } = await lab.serve(elicits({}), {
      store: overriding(lab.store, {
        liveness: localLiveness(),
        endExecution: async (...end) => {
          await before(lab.store, owner.id ?? "");
          return await lab.store.endExecution(...end);
        },
      }),
    });
    owner.id = server.id;
    await expect(call(client, "elicits", {}, uuidv7())).rejects.toThrow(message);
  });
});

describe("a protocol error of a tool's own", () => {
  it("is journalled as it left, with its data", async () => {
    const { client } = await lab.serve(elicits({ page: 1 }));
    const id = uuidv7();
    await expect(call(client, "elicits", {}, id)).rejects.toMatchObject({
      data: { page: 1, [INVOCATION_ID]: id },
    });
    expect((await lab.store.readInvocation(id))?.state).toBe("failed");
    expect(await lab.store.readAnswer(id, 1)).toMatchObject({
      error: { code: ErrorCode.UrlElicitationRequired, data: { page: 1 } },
    });
  });

  it("whose data JSON cannot carry is answered without it, and journalled", async () => {
    const { client } = await lab.serve(elicits({ n: 1n }));
    const id = uuidv7();
    await expect(call(client, "elicits", {}, id)).rejects.toThrow(/without its data: .*bigint/);
    expect((await lab.store.readInvocation(id))?.state).toBe("failed");
  });

  it("is lost where the answer is to be lost", async () => {
    const faults = new FaultPlan([
      { point: "guard:stored", kind: "lose-response", when: { every: true } },
    ]);
    const { client } = await lab.serve(
      (server) =>
        server.registerTool("lost", {}, async (_args, context) => {
          await atMostOnce("a", context, () => undefined);
          throw new McpError(ErrorCode.UrlElicitationRequired, "open a page", {});
        }),
      { faults },
    );
    await expect(call(client, "lost")).rejects.toMatchObject({ code: ErrorCode.RequestTimeout });
  });
});

it("a resumption that cannot be journalled is told, and leaves the call interrupted", async () => {
  const id = uuidv7();
  await interruptedStep(lab, id);
  const errors: unknown[] = [];
  const { server } = await lab.serve(step, {
    resume: "hold",
    onError: (error) => errors.push(error),
    store: overriding(lab.store, {
      beginExecution: () => Promise.reject(new Error("The disk is full.")),
    }),
  });
  await expect(server.resume(id)).rejects.toThrow("could not be journalled: The disk is full.");
  server.configure({ resume: "automatic" });
  await expect.poll(() => errors).toHaveLength(1);
  expect(String(errors[0])).toContain("The disk is full.");
  expect((await lab.store.readInvocation(id))?.state).toBe("interrupted");
});

it("a server that crashed while a cancellation was journalled is closed without a wait", async () => {
  const ending = deferred<void>();
  const { server, client } = await lab.serve(step, {
    faults: new FaultPlan([{ point: "map:before-commit", kind: "hang", when: { every: true } }]),
    store: overriding(lab.store, {
      endExecution: () => {
        ending.resolve();
        return new Promise(() => undefined);
      },
    }),
  });
  const id = uuidv7();
  call(client, "step", {}, id).catch(() => undefined);
  await expect.poll(() => server.isHanging).toBe(true);
  server.cancel(id);
  await ending.promise;
  const closed = server.close();
  server.crash();
  await closed;
  expect(server.state).toBe("crashed");
  await server.close();
});
