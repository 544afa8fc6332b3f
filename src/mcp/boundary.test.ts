/** What enters and leaves a call is JSON, copied; what is not is refused, in words. */
import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { call, ok, openLab, textOf, type Lab } from "../testing/lab.ts";
import { EXECUTION, INVOCATION_ID, structured, uuidv7, type DurableMcpServer } from "../index.ts";
import { connect, InvalidToolError, type RecordedMessage } from "./index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

describe("arguments", () => {
  const push = (server: DurableMcpServer): void =>
    server.registerTool("push", { inputSchema: { list: z.array(z.any()) } }, ({ list }) => {
      const first = list[0] as { seen?: number; inner: unknown[] };
      first.seen = (first.seen ?? 0) + 1;
      first.inner.push("changed");
      return ok(JSON.stringify(list));
    });

  it("that a tool changes stay as they were sent: in the journal, the messages and the next retry", async () => {
    const { server } = await lab.serve(push);
    const messages: RecordedMessage[] = [];
    const recorder = { message: (m: RecordedMessage) => messages.push(m), lost() {}, closed() {} };
    const { client } = await connect(server, { recorder });
    const sent = { list: [{ inner: [1] }] };
    const first = await call(client, "push", sent);
    const second = await call(client, "push", sent, first.invocation);
    expect(textOf(first)).toBe('[{"inner":[1,"changed"],"seen":1}]');
    expect(textOf(second)).toBe(textOf(first));
    expect(sent).toEqual({ list: [{ inner: [1] }] });
    expect((await lab.store.readInvocation(first.invocation))?.args).toEqual(sent);
    const recorded = messages.flatMap(({ message }) =>
      "method" in message && message.method === "tools/call" ? [message.params?.["arguments"]] : [],
    );
    expect(recorded).toEqual([sent, sent]);
  });

  it.each([
    ['{"a":{"b":[{"__proto__":{"x":1}}]}}', 'arguments.a.b[0] has a member named "__proto__"'],
    ['{"__proto__":1}', 'arguments has a member named "__proto__"'],
  ])("with a member named __proto__ are refused with a word: %s", async (json, message) => {
    const { client } = await lab.serve((server) =>
      server.registerTool("any", { inputSchema: z.looseObject({}) }, (args) =>
        ok(JSON.stringify(args)),
      ),
    );
    const id = uuidv7();
    const refused = call(client, "any", JSON.parse(json) as Record<string, unknown>, id);
    await expect(refused).rejects.toMatchObject({ code: ErrorCode.InvalidParams });
    await expect(refused).rejects.toThrow(message);
    expect(await lab.store.readInvocation(id)).toBeUndefined();
  });

  it("a request for a task is refused before anything runs", async () => {
    let ran = 0;
    const { client } = await lab.serve((server) =>
      server.registerTool("count", {}, () => ok(String(++ran))),
    );
    const params = { name: "count", arguments: {}, task: {} };
    const refused = client.request({ method: "tools/call", params }, z.any());
    await expect(refused).rejects.toThrow(/task/);
    expect(ran).toBe(0);
  });
});

describe("an answer", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  it.each<[string, unknown, string]>([
    ["undefined", undefined, "it is undefined"],
    ["null", null, "it is null"],
    ["a string", "done", "it is string"],
    ["a number", 7, "it is number"],
    ["an array", [], "it is an array"],
    ["content that is no array", { content: "done" }, "answer.content is string, not an array"],
    [
      "a part that is text alone",
      { content: ["hi"] },
      "answer.content[0] is no object with a type",
    ],
    ["a part without a type", { content: [{ text: "hi" }] }, "answer.content[0] has no type"],
    ["a part of an unknown type", { content: [{ type: "video" }] }, '.type is "video"; it must be'],
    ["a text without text", { content: [{ type: "text" }] }, "answer.content[0].text: "],
    [
      "a picture that is a data URL",
      { content: [{ type: "image", data: "data:image/png;base64,AAAA", mimeType: "image/png" }] },
      "answer.content[0].data is a data URL",
    ],
    [
      "a picture that is no base64",
      { content: [{ type: "image", data: "%", mimeType: "image/png" }] },
      "answer.content[0].data: ",
    ],
    ["a bigint", { content: [], structuredContent: { n: 1n } }, ".structuredContent.n is bigint"],
    [
      "a cycle",
      { content: [], structuredContent: cycle },
      ".structuredContent.self is a part of itself",
    ],
    [
      "a function",
      { content: [], structuredContent: { f: () => 1 } },
      ".structuredContent.f is function",
    ],
    ["NaN", { content: [], structuredContent: { n: NaN } }, ".structuredContent.n is NaN"],
    ["no object as structured content", { structuredContent: [1] }, "answer.structuredContent"],
    [
      "a member named __proto__",
      { content: [], structuredContent: JSON.parse('{"__proto__":1}') as unknown },
      '.structuredContent has a member named "__proto__"',
    ],
  ])(
    "of %s is journalled as failed, and told in words with the ids",
    async (_, answer, message) => {
      const { client } = await lab.serve((server) =>
        server.registerTool("odd", {}, () => answer as ReturnType<typeof ok>),
      );
      const id = uuidv7();
      const reported = await call(client, "odd", {}, id);
      expect(reported.isError).toBe(true);
      expect(textOf(reported)).toContain('The answer of the tool "odd" cannot be sent: ');
      expect(textOf(reported)).toContain(message);
      expect(reported._meta).toEqual({ [INVOCATION_ID]: id, [EXECUTION]: 1 });
      const record = await lab.store.readInvocation(id);
      expect(record).toMatchObject({ state: "failed", last: { outcome: "failed" } });
      expect(await lab.store.readPendingInvocations("running")).toEqual([]);
      expect(await lab.store.readAnswer(id, 1)).toMatchObject({ isError: true });
    },
  );

  it("that its tool changes afterwards stays as it left", async () => {
    const answer = structured({ list: [1] });
    const { client } = await lab.serve((server) =>
      server.registerTool("keep", {}, () => {
        queueMicrotask(() => (answer.structuredContent?.["list"] as number[]).push(2));
        setTimeout(() => (answer.structuredContent?.["list"] as number[]).push(3));
        return answer;
      }),
    );
    const reported = await call(client, "keep");
    const kept = await lab.store.readAnswer(reported.invocation, 1);
    expect(kept).toMatchObject({ structuredContent: reported.structuredContent });
    await expect.poll(() => answer.structuredContent?.["list"]).toContain(3);
    expect(reported.structuredContent).toEqual((kept as typeof reported).structuredContent);
  });

  it("without content is checked against the output schema all the same", async () => {
    const { client } = await lab.serve((server) =>
      server.registerTool(
        "n",
        { outputSchema: { n: z.number() } },
        () =>
          ({
            structuredContent: { n: "1" },
          }) as unknown as ReturnType<typeof ok>,
      ),
    );
    expect(await call(client, "n")).toMatchObject({ isError: true });
  });

  it.each<[string, () => unknown, string]>([
    [
      "an object without a prototype",
      () => Object.assign(Object.create(null) as object, { why: "x" }),
      'A thrown object: {"why":"x"}',
    ],
    ["an object with a message", () => ({ message: "the reason" }), "the reason"],
    [
      "an object that throws when it is read",
      () => ({
        toString: () => {
          throw new Error("unreadable");
        },
      }),
      "cannot be read. unreadable",
    ],
    ["a string", () => "plain", "plain"],
    ["a symbol", () => Symbol("s"), "Symbol(s)"],
    ["an error whose message is no string", () => Object.assign(new Error(), { message: 5 }), "5"],
  ])("to %s that is thrown keeps its reason", async (_, thrown, message) => {
    const { client } = await lab.serve((server) =>
      server.registerTool("throw", {}, () => {
        throw thrown();
      }),
    );
    const reported = await call(client, "throw");
    expect(reported).toMatchObject({ isError: true, _meta: { [EXECUTION]: 1 } });
    expect(textOf(reported)).toContain(message);
  });
});

describe("a tool that cannot be listed", () => {
  const register = (config: Parameters<DurableMcpServer["registerTool"]>[1], name = "odd") =>
    lab.serve((server) => {
      server.registerTool("good", {}, () => ok());
      expect(() => server.registerTool(name, config, () => ok())).toThrow(InvalidToolError);
      server.registerTool(name, config, () => ok());
    });

  it.each([
    ["a set", { inputSchema: { a: z.string(), tags: z.set(z.string()) } }, "inputSchema.tags"],
    ["a bigint", { inputSchema: { n: z.bigint() } }, "inputSchema.n"],
    [
      "a date, deep",
      { inputSchema: { a: z.object({ b: z.array(z.object({ c: z.date().optional() })) }) } },
      "inputSchema.a.b.c",
    ],
    [
      "an output with a transform",
      { outputSchema: { n: z.string().transform(Number) } },
      "outputSchema.n",
    ],
    [
      "a map as a whole",
      { inputSchema: z.map(z.string(), z.string()) },
      "inputSchema is of type map",
    ],
    ["a string as a whole", { inputSchema: z.string() }, "inputSchema is of type string"],
    [
      "an output that is no object",
      { outputSchema: z.array(z.string()) },
      "outputSchema is of type array",
    ],
    ["a description that is no string", { description: 5 as unknown as string }, "description"],
  ] as const)(
    "for %s is refused by registerTool, by its name and the field",
    async (_, config, field) => {
      await expect(register(config)).rejects.toThrow(`The tool "odd" cannot be registered: `);
      await expect(register(config)).rejects.toThrow(field);
    },
  );

  it.each(["", "__proto__", "constructor"])("for the name %j is refused", async (name) => {
    await expect(register({}, name)).rejects.toThrow(InvalidToolError);
  });

  it("does not take the others with it", async () => {
    const { client } = await lab.serve((server) => {
      server.registerTool("good", { inputSchema: { a: z.string().optional() } }, () => ok());
      try {
        server.registerTool("bad", { inputSchema: { a: z.bigint() } }, () => ok());
      } catch {
        // It is refused, as the test above shows.
      }
    });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["good"]);
    expect(textOf(await call(client, "good"))).toBe("done");
  });
});

it("an error's code stands before its message once", async () => {
  const { client } = await lab.serve((server) => server.registerTool("a", {}, () => ok()));
  const id = uuidv7();
  await call(client, "a", {}, id);
  const messages = await Promise.all(
    [
      () => call(client, "b", {}, id),
      () => call(client, "a", {}, "no-uuid"),
      () => client.readResource({ uri: "sortedmap:///" }),
    ].map((ask) => ask().catch((error: unknown) => (error instanceof Error ? error.message : ""))),
  );
  for (const message of messages) expect(message).toMatch(/^MCP error -32602: (?!MCP error)/);
});

it("a tool with an empty schema is listed and called like one without arguments", async () => {
  const { client } = await lab.serve((server) => {
    server.registerTool("none", { inputSchema: {} }, (args, { signal }) =>
      ok(`${JSON.stringify(args)} ${signal.aborted}`),
    );
  });
  expect((await client.listTools()).tools).toMatchObject([{ inputSchema: { type: "object" } }]);
  expect(textOf(await call(client, "none"))).toBe("{} false");
});
