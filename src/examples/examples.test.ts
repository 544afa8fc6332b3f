import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { ClientScript } from "./client-script.ts";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serveExample } from "../testing/serve-example.ts";
import { call, openLab, quiesce, type Lab } from "../testing/lab.ts";
import { FaultPlan, INVOCATION_ID, uuidv7, type Fault } from "../index.ts";
import { examples, type Example, type TranscriptLine } from "./index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const serve = (name: string, faults?: FaultPlan) => serveExample(lab, name, { faults });

async function runScript({ example, client }: { example: Example; client: Client }) {
  const lines: TranscriptLine[] = [];
  const connect = (): Promise<Client> => Promise.resolve(client);
  const { runClient } = await example.load();
  await runClient(new ClientScript({ connect, print: (line) => lines.push(line) }));
  return lines;
}

describe.each(examples.map(({ name }) => name))("%s", (name) => {
  it("runs its client script to the end, calling every tool, and no answer is an error of the SDK's", async () => {
    const { example, client } = await serve(name);
    const lines = await runScript({ example, client: client });
    const { tools } = await client.listTools();
    const called = lines.filter(({ kind }) => kind === "call").map(({ text }) => text);
    for (const tool of tools) {
      expect(called.some((text) => text.startsWith(`${tool.name}(`))).toBe(true);
      expect(tool.outputSchema).toBeDefined();
      expect(tool.description).toBeTruthy();
      expect(tool.annotations).toBeDefined();
    }
    const answers = lines.filter(({ kind }) => kind === "answer");
    expect(answers).toHaveLength(called.length);
    expect(answers.filter(({ text }) => text.startsWith("error:"))).toEqual([]);
  });

  it("tells the same on an empty store twice: ids are derived from inputs", async () => {
    const first = await serve(name);
    const before = await runScript({ example: first.example, client: first.client });
    await first.server.close();
    await lab.store.wipe();
    await lab.world.ledger.wipe();
    const again = await serve(name);
    const after = await runScript({ example: again.example, client: again.client });
    const shape = (lines: TranscriptLine[]): string[] =>
      lines.map(
        ({ kind, text }) =>
          `${kind} ${text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d{10,}|txn_[0-9a-f]+|"durationSeconds":[\d.]+|0\.\d+/g, "#")}`,
      );
    expect(shape(after)).toEqual(shape(before));
  });
});

describe("steps", () => {
  it("a crash between the two steps repeats only the second", async () => {
    const crash: Fault = {
      point: "guard:before-store",
      match: { alias: "create_profile" },
      kind: "crash",
      when: { nth: 1 },
    };
    const { client } = await serve("steps", new FaultPlan([crash]));
    const id = uuidv7();
    const args = { username: "ada", email: "ada@example.com" };
    await expect(call(client, "create_user_with_profile", args, id)).rejects.toThrow();
    await serve("steps", new FaultPlan([crash]));
    await lab.settled(id, "completed");
    const guards = await lab.store.readGuards({ invocation: id, limit: 9 });
    expect(guards.map(({ alias, attempts, execution }) => [alias, attempts, execution])).toEqual([
      ["create_profile", 2, 2],
      ["create_user", 1, 1],
    ]);
    for (const map of ["users", "profiles"]) {
      const entries = await lab.store.readRange({ map, direction: "ascending", limit: 9 });
      expect(entries).toHaveLength(1);
    }
  });
});

describe("document", () => {
  it("neither reads nor translates twice, wherever it crashes", async () => {
    for (const alias of ["lookup", "ocr", "translation", "finish"]) {
      const faults = new FaultPlan([
        { point: "guard:stored", match: { alias }, kind: "crash", when: { nth: 1 } },
      ]);
      const { client, server } = await serve("document", faults);
      await call(client, "upload_file", { file_id: alias, content: "text" });
      const id = uuidv7();
      const args = { file_id: alias, target_language: "de" };
      await expect(call(client, "process_document", args, id)).rejects.toThrow();
      expect(server.state).toBe("crashed");
      const next = await serve("document", faults);
      await lab.settled(id, "completed");
      const [tally] = await lab.world.ledger.tally([id]);
      expect(tally).toEqual({ effects: 2, duplicates: 0, uncertain: 0 });
      const answer = await call(next.client, "process_document", args, id);
      expect(answer.structuredContent).toMatchObject({ status: "success" });
      await next.server.close();
    }
  });

  it("reports its progress, step by step", async () => {
    const { client } = await serve("document");
    await call(client, "upload_file", { file_id: "a", content: "text" });
    const seen: unknown[] = [];
    await client.callTool({ name: "process_document", arguments: { file_id: "a" } }, undefined, {
      onprogress: ({ progress, total, message }) => seen.push([progress, total, message]),
    });
    expect(seen).toEqual([
      [0, 4, "lookup"],
      [1, 4, "ocr"],
      [2, 4, "translation"],
      [3, 4, "finish"],
    ]);
  });
});

describe("effect validation of the examples", () => {
  it.each(examples.map(({ name }) => name))(
    "%s: nothing differs but what is there to differ",
    async (name) => {
      const { example, client, server } = await serve(name);
      server.configure({ effectValidation: true });
      await runScript({ example, client });
      await quiesce(lab);
      const calls = await lab.store.readInvocations({ limit: 999 });
      const traces = await Promise.all(
        calls.map(({ id }) => lab.store.readTrace({ invocation: id, limit: 999 })),
      );
      const trace = traces.flat();
      const different = trace.filter(
        ({ type, outcome }) => type === "effect-validation" && outcome === "different",
      );
      expect(different.map(({ alias }) => alias)).toEqual(name === "steps" ? ["draw_code"] : []);
    },
  );
});

describe("a client script", () => {
  it("calls the same invocation again when the server dies, and goes on with the next", async () => {
    const crash: Fault = { point: "effect:after", kind: "crash", when: { nth: 1 } };
    const faults = new FaultPlan([crash]);
    let current = await serve("processing", faults);
    const lines: TranscriptLine[] = [];
    const connect = async (): Promise<Client> => {
      if (current.server.state === "crashed") current = await serve("processing", faults);
      return current.client;
    };
    const script = new ClientScript({ connect, print: (line) => lines.push(line) });
    const { runClient } = await current.example.load();
    await runClient(script);
    const [first] = lines.filter(({ kind }) => kind === "answer");
    expect(first?.text).toContain("payment_failed");
    const notes = lines.filter(({ kind }) => kind === "note").map(({ text }) => text);
    expect(notes).toEqual([
      "The answer is lost (MCP error -32000: Connection closed). The same call is made again.",
      "Whether it was charged is for the bank to say: no payment is there to look up.",
    ]);
  });

  it("gives a call up whose answer is lost again and again, and says why", async () => {
    const lose: Fault = {
      point: "call:before-response",
      kind: "lose-response",
      when: { every: true },
    };
    const { example, client } = await serve("steps", new FaultPlan([lose]));
    await expect(runScript({ example, client })).rejects.toThrow("the response was lost");
    const [invocation, ...others] = await lab.store.readInvocations({ limit: 9 });
    expect(others).toEqual([]);
    expect(invocation?.last.number).toBe(10);
  });

  it("is stopped in the middle of a call, which is cancelled", async () => {
    const hang: Fault = { point: "guard:before-start", kind: "hang", when: { nth: 1 } };
    const { example, client } = await serve("steps", new FaultPlan([hang]));
    const stop = new AbortController();
    const script = new ClientScript({
      connect: () => Promise.resolve(client),
      print: () => undefined,
      signal: stop.signal,
    });
    const { runClient } = await example.load();
    const ran = runClient(script);
    await lab.until(async () => (await lab.store.readPendingInvocations("running")).length > 0);
    stop.abort(new Error("Stopped."));
    await expect(ran).rejects.toThrow("Stopped.");
    await lab.until(async () => {
      const [call] = await lab.store.readInvocations({ limit: 1 });
      return call?.state === "cancelled";
    });
  });
});

describe("document: cancelled by MCP's notification", () => {
  it("stops where it stands; what was read is not read again", async () => {
    const hang: Fault = {
      point: "guard:before-start",
      match: { alias: "translation" },
      kind: "hang",
      when: { nth: 1 },
    };
    const { client } = await serve("document", new FaultPlan([hang]));
    await call(client, "upload_file", { file_id: "a", content: "text" });
    const id = uuidv7();
    const params = {
      name: "process_document",
      arguments: { file_id: "a" },
      _meta: { [INVOCATION_ID]: id },
    };
    const cancel = new AbortController();
    const request = { method: "tools/call", params } as const;
    const answer = client.request(request, CallToolResultSchema, { signal: cancel.signal });
    answer.catch(() => undefined);
    await lab.until(async () => {
      const trace = await lab.store.readTrace({ invocation: id, limit: 99 });
      return trace.some(({ type }) => type === "fault");
    });
    cancel.abort("no more");
    await expect(answer).rejects.toThrow("no more");
    await lab.settled(id, "cancelled");
    const again = await call(client, "process_document", { file_id: "a" }, id);
    expect(again.structuredContent).toMatchObject({ status: "success" });
    expect(await lab.world.ledger.tally([id])).toEqual([
      { effects: 2, duplicates: 0, uncertain: 0 },
    ]);
  });
});
