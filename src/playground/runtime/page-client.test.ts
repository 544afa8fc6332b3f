/** What the page's own client does, and what it saw of each call. */
import { UrlElicitationRequiredError } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { addTool, exampleOf, playgroundLab, registerPay } from "../../testing/example.ts";
import { SortedMap, toBytes, uuidv7, type DurableContext } from "../../durable/index.ts";
import type { DurableMcpServer } from "../../mcp/index.ts";
import { deferred } from "../../store/index.ts";
import type { World } from "../../world/index.ts";
import type { Playground } from "./playground.ts";
import type { ClientView } from "./state.ts";

const lab = playgroundLab();
afterEach(() => lab.close());

const open = (register?: (server: DurableMcpServer, world: World) => void): Promise<Playground> =>
  lab.open(exampleOf(register));

/** What the client sees of a call when it waits no longer. */
async function seen({ until, snapshot }: Playground, id: string): Promise<ClientView | undefined> {
  await until(({ client }) => client.get(id)?.state !== "waiting");
  return snapshot().client.get(id);
}

async function invocation({ store }: Playground, id: string) {
  const found = await store?.readInvocation(id);
  if (!found) throw new Error(`There is no invocation ${id}.`);
  return found;
}

/** A tool that is entered and waits until it is let go, or its signal is aborted. */
function waiting() {
  const entered: DurableContext[] = [];
  const gate = deferred<undefined>();
  const register = (server: DurableMcpServer): void =>
    addTool(server, "wait", async (context) => {
      entered.push(context);
      await gate.promise;
    });
  return { entered, register, letGo: () => gate.resolve(undefined) };
}

describe("a call", () => {
  it("waits at once under its id, then has its answer", async () => {
    const playground = await open();
    const id = playground.client.call("pay", { amount: 5 });
    expect(playground.snapshot().client.get(id)).toEqual({ state: "waiting" });
    const view = await seen(playground, id);
    expect(view).toMatchObject({ state: "answered" });
    expect(await invocation(playground, id)).toMatchObject({ tool: "pay", state: "completed" });
  });

  it("that a tool answers with an error is answered; one that the protocol refuses is an error, and not lost", async () => {
    const playground = await open((server) =>
      addTool(server, "fail", () => {
        throw new Error("broken");
      }),
    );
    const failed = await seen(playground, playground.client.call("fail", {}));
    expect(failed).toMatchObject({ state: "answered", result: { isError: true } });
    const refused = await seen(playground, playground.client.call("fail", {}, "no uuid"));
    expect(refused).toMatchObject({ state: "error", lost: false });
  });

  it("is retried with its own arguments as the same invocation, which pays once", async () => {
    const playground = await open();
    const id = playground.client.call("pay", { amount: 5 });
    const first = await seen(playground, id);
    expect(playground.client.retry(await invocation(playground, id))).toBe(id);
    expect(playground.snapshot().client.get(id)).toEqual({ state: "waiting" });
    const second = await seen(playground, id);
    const answer = (view: ClientView | undefined): unknown =>
      view?.state === "answered" ? view.result.structuredContent : view;
    expect(answer(second)).toEqual(answer(first));
    expect(await playground.world?.ledger.rows({ limit: 9 })).toHaveLength(1);
    // The same id with other arguments is refused, in words.
    playground.client.call("pay", { amount: 6 }, id);
    expect(await seen(playground, id)).toMatchObject({ state: "error", lost: false });
  });

  it("whose answer is lost says so, and the work is done", async () => {
    const playground = await open();
    await playground.settings.arm("lost", [
      { point: "call:before-response", kind: "lose-response", when: { nth: 1 } },
    ]);
    const id = playground.client.call("pay", { amount: 5 });
    expect(await seen(playground, id)).toMatchObject({ state: "error", lost: true });
    expect(await invocation(playground, id)).toMatchObject({ state: "completed" });
    expect(playground.snapshot().protocol).toContainEqual(
      expect.objectContaining({ method: "tools/call", outcome: "lost" }),
    );
  });

  it("under way in a crash is lost with the connection; without a server none is made, which is told", async () => {
    const { entered, register } = waiting();
    const playground = await open(register);
    const id = playground.client.call("wait", {});
    await expect.poll(() => entered.length).toBe(1);
    playground.crash();
    const lost = await seen(playground, id);
    expect(lost).toMatchObject({ state: "error", lost: true });
    const none = playground.client.call("wait", {});
    expect(playground.snapshot().client.has(none)).toBe(false);
    expect(playground.snapshot().problem).toContain("The server is not running");
    expect(await playground.store?.readInvocation(none)).toBeUndefined();
  });

  it("tells its progress while it waits", async () => {
    const half = { progress: 1, total: 2, message: "half" };
    const gate = deferred<undefined>();
    const playground = await open((server) =>
      addTool(server, "slow", async (context) => {
        await context.notify({ method: "notifications/progress", params: half });
        await gate.promise;
      }),
    );
    const id = playground.client.call("slow", {});
    const view = (): ClientView | undefined => playground.snapshot().client.get(id);
    await expect.poll(view).toEqual({ state: "waiting", progress: half });
    gate.resolve(undefined);
    expect(await seen(playground, id)).toMatchObject({ state: "answered" });
  });
});

describe("cancelling", () => {
  it("ends a call that waits, in the client and in the journal", async () => {
    const { entered, register, letGo } = waiting();
    const playground = await open(register);
    const id = playground.client.call("wait", {});
    await expect.poll(() => entered.length).toBe(1);
    playground.client.cancel(id);
    expect(await seen(playground, id)).toMatchObject({
      state: "error",
      error: expect.stringContaining("Cancelled by the user") as string,
    });
    await expect.poll(async () => (await invocation(playground, id)).state).toBe("cancelled");
    expect(playground.snapshot().protocol).toContainEqual(
      expect.objectContaining({ method: "tools/call", outcome: "cancelled" }),
    );
    letGo();
  });

  it("of two calls of one invocation ends both", async () => {
    const { entered, register, letGo } = waiting();
    const playground = await open(register);
    const id = playground.client.call("wait", {});
    await expect.poll(() => entered.length).toBe(1);
    playground.client.call("wait", {}, id);
    playground.client.cancel(id);
    expect(await seen(playground, id)).toMatchObject({ state: "error" });
    await expect.poll(async () => (await invocation(playground, id)).state).toBe("cancelled");
    letGo();
    expect(entered).toHaveLength(1);
  });

  it("ends a resumption, which no client waits for", async () => {
    const { entered, register, letGo } = waiting();
    const playground = await open(register);
    const id = playground.client.call("wait", {});
    await expect.poll(() => entered.length).toBe(1);
    await playground.restart();
    await expect.poll(() => entered.length).toBe(2);
    playground.client.cancel(id);
    await expect.poll(async () => (await invocation(playground, id)).state).toBe("cancelled");
    letGo();
  });
});

it("of two calls of one invocation at a time the last one's answer is shown, when it comes", async () => {
  let count = 0;
  const playground = await open((server) =>
    server.registerTool("count", {}, () =>
      Promise.resolve({ content: [{ type: "text", text: String(++count) }] }),
    ),
  );
  const id = uuidv7();
  playground.client.call("count", {}, id);
  playground.client.call("count", {}, id);
  expect(await seen(playground, id)).toMatchObject({
    state: "answered",
    result: { content: [{ text: "2" }] },
  });
});

describe("a tool's question", () => {
  const register = (server: DurableMcpServer): void =>
    addTool(server, "ask", async (context) => {
      const params = { message: "Sure?", requestedSchema: { type: "object", properties: {} } };
      const { action } = (await context.request({ method: "elicitation/create", params })) as {
        action: string;
      };
      const entries = { answer: toBytes(action) };
      await SortedMap.ref("answers").insert(context, { entries });
    });

  it("stands on the page until the person answers, and the call goes on with that", async () => {
    const playground = await open(register);
    const id = playground.client.call("ask", {});
    await playground.until(({ questions }) => questions.length === 1);
    expect(playground.snapshot().client.get(id)).toMatchObject({ state: "waiting" });
    expect(playground.snapshot().questions[0]?.request.params).toMatchObject({ message: "Sure?" });
    playground.snapshot().questions[0]?.answer({ action: "decline" });
    expect(await seen(playground, id)).toMatchObject({ state: "answered" });
    const entry = await playground.store?.readEntry("answers", "answer");
    expect(new TextDecoder().decode(entry?.value)).toBe('"decline"');
  });

  it("is withdrawn when its call is cancelled, and when its server dies", async () => {
    const playground = await open(register);
    const id = playground.client.call("ask", {});
    await playground.until(({ questions }) => questions.length === 1);
    playground.client.cancel(id);
    await playground.until(({ questions }) => questions.length === 0);
    await expect.poll(async () => (await invocation(playground, id)).state).toBe("cancelled");
    const second = playground.client.call("ask", {});
    await playground.until(({ questions }) => questions.length === 1);
    playground.client.cancel(second);
    await playground.until(({ questions }) => questions.length === 0);
    playground.client.call("ask", {});
    await playground.until(({ questions }) => questions.length === 1);
    playground.crash();
    await playground.until(({ questions }) => questions.length === 0);
    expect(playground.snapshot().server).toBe("crashed");
  });
});

describe("what else a server asks of its client", () => {
  it("a model's answer and the roots are the person's, and what is refused is an error of the tool's", async () => {
    const answers: unknown[] = [];
    const params = {
      messages: [{ role: "user", content: { type: "text", text: "Hi" } }],
      maxTokens: 5,
    };
    const playground = await open((server) =>
      addTool(server, "ask", async (context) => {
        answers.push(await context.request({ method: "sampling/createMessage", params }));
        answers.push(await context.request({ method: "roots/list" }));
        await context.request({ method: "sampling/createMessage", params });
      }),
    );
    const id = playground.client.call("ask", {});
    const next = async (method: string) => {
      await playground.until(({ questions }) => questions[0]?.request.method === method);
      return playground.snapshot().questions[0];
    };
    const said = { role: "assistant", model: "m", content: { type: "text", text: "Hello" } };
    (await next("sampling/createMessage"))?.answer(said);
    (await next("roots/list"))?.answer({ roots: [{ uri: "file:///a" }] });
    (await next("sampling/createMessage"))?.refuse();
    const view = await seen(playground, id);
    expect(JSON.stringify(view)).toContain("The person refused to answer.");
    expect(answers).toEqual([said, { roots: [{ uri: "file:///a" }] }]);
  });

  it("addresses that are to be opened first are put to the person after the call has failed", async () => {
    const elicitation = {
      mode: "url" as const,
      message: "Log in first",
      url: "https://bank.example/",
      elicitationId: "e",
    };
    const playground = await open((server) =>
      addTool(server, "ask", () => {
        throw new UrlElicitationRequiredError([elicitation]);
      }),
    );
    expect(await seen(playground, playground.client.call("ask", {}))).toMatchObject({
      state: "error",
      lost: false,
    });
    await playground.until(({ questions }) => questions.length === 1);
    const [question] = playground.snapshot().questions;
    expect(question?.request.params).toEqual(elicitation);
    question?.answer({ action: "accept" });
    expect(question?.isAwaited).toBe(false);
    expect(playground.snapshot().questions).toEqual([]);
    // The server that wants it is gone, and so is the question.
    playground.client.call("ask", {});
    await playground.until(({ questions }) => questions.length === 1);
    playground.crash();
    await playground.until(({ questions }) => questions.length === 0);
    expect(playground.snapshot().problem).toBeUndefined();
  });
});

describe("two sessions", () => {
  it("a script's and the page's are kept apart, and cleared together", async () => {
    const example = exampleOf(registerPay, async (script) => {
      await script.call("pay", { amount: 1 });
    });
    const playground = await lab.open(example);
    const id = playground.client.call("pay", { amount: 5 });
    await playground.script.run();
    await seen(playground, id);
    const calls = playground.snapshot().protocol.filter(({ method }) => method === "tools/call");
    expect(calls.map(({ client, outcome }) => `${client} ${outcome}`).sort()).toEqual([
      "page answered",
      "script answered",
    ]);
    expect(new Set(calls.map(({ session }) => session)).size).toBe(2);
    playground.clearProtocol();
    expect(playground.snapshot().protocol).toEqual([]);
  });
});

it("a server that dies while its client connects is no failure of the page", async () => {
  const playground = await open();
  await playground.stop();
  const listed = vi.spyOn(playground.client, "connect").mockImplementationOnce(() => {
    playground.crash();
    return Promise.reject(new Error("Connection closed"));
  });
  await playground.start();
  expect(listed).toHaveBeenCalledTimes(1);
  expect(playground.snapshot()).toMatchObject({ server: "crashed" });
  expect(playground.snapshot().problem).toBeUndefined();
});
