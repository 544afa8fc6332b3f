import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { ClientScript } from "./client-script.ts";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { call, openLab, quiesce, settled, until, type Lab } from "../testing/lab.ts";
import {
  connect,
  FaultPlan,
  fromBytes,
  INVOCATION_ID,
  skippingClock,
  uuidv7,
  uuidv7Lower,
  type Fault,
} from "../index.ts";
import type { DurableMcpServer } from "../mcp/index.ts";
import { define } from "./define/index.ts";
import { exampleNamed, serverOf, examples, type Example, type TranscriptLine } from "./index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
let ids = 0;
const servers: DurableMcpServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await lab.close();
});

async function serve(name: string, faults?: FaultPlan) {
  const example = exampleNamed(name);
  if (!example) throw new Error(`There is no example ${name}.`);
  const { store, world } = lab;
  // Ids a millisecond apart: what is told by time does not hang on how quick the machine is.
  const newId = (): string => uuidv7Lower(1_700_000_000_000 + ids++);
  const server = await serverOf(example, { store, world, faults, newId, clock: skippingClock });
  servers.push(server);
  await server.start();
  const { client } = await connect(server);
  return { example, server, client };
}

async function runScript({ example, client }: { example: Example; client: Client }) {
  const lines: TranscriptLine[] = [];
  const connect = (): Promise<Client> => Promise.resolve(client);
  const { runClient } = await example.load();
  await runClient(new ClientScript({ connect, print: (line) => lines.push(line) }));
  return lines;
}

async function structuredCall(
  client: Client,
  name: string,
  args: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  return (await call(client, name, args)).structuredContent ?? {};
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
    await settled(lab, id, "completed");
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
      await settled(lab, id, "completed");
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

describe("define", () => {
  it("finds prefixes exactly, in any letter case, in any script", async () => {
    const { client } = await serve("define");
    const words = [
      "STRAẞE",
      "STRASSEN",
      "strand",
      "ΟΔΟΣ",
      "οδοσήμανση",
      "İzmir",
      "😀a",
      "\u{10FFFF}z",
    ];
    for (const term of words) await call(client, "add_term", { term, definition: "d" });
    const search = async (prefix: string): Promise<unknown[]> => {
      const { terms } = await structuredCall(client, "search_terms", { prefix });
      return (terms as { term: string }[]).map(({ term }) => term);
    };
    expect(await search("strass")).toEqual(["STRAẞE", "STRASSEN"]);
    expect(await search("STRAß")).toEqual(["STRAẞE", "STRASSEN"]);
    expect(await search("Οδος")).toEqual(["ΟΔΟΣ", "οδοσήμανση"]);
    expect(await search("😀")).toEqual(["😀a"]);
    expect(await search("\u{10FFFF}")).toEqual(["\u{10FFFF}z"]);
    expect(await search("x")).toEqual([]);
  });

  it("keeps its three indexes together, also when a replacement crashes at any write", async () => {
    for (let nth = 1; nth <= 5; nth++) {
      await lab.store.wipe();
      const setup = await serve("define");
      const old = { term: "Term", definition: "old", category: "first" };
      await call(setup.client, "add_term", old);
      await setup.server.close();
      const faults = new FaultPlan([{ point: "map:committed", kind: "crash", when: { nth } }]);
      const { client } = await serve("define", faults);
      const id = uuidv7();
      const args = { term: "term", definition: "new", category: "second" };
      await expect(call(client, "add_term", args, id)).rejects.toThrow();
      const next = await serve("define", faults);
      await settled(lab, id, "completed");
      const sizes = await Promise.all(
        ["terms", "recent", "categories"].map(
          async (map) =>
            (await lab.store.readRange({ map, direction: "ascending", limit: 9 })).length,
        ),
      );
      expect(sizes).toEqual([1, 1, 1]);
      const first = await structuredCall(next.client, "browse_category", { category: "first" });
      const second = await structuredCall(next.client, "browse_category", { category: "SECOND" });
      expect([first["count"], second["count"]]).toEqual([0, 1]);
      await next.server.close();
    }
  });
});

describe("define: a call that another one overtakes", () => {
  it("leaves no stale entry in what the indexes answer", async () => {
    const faults = new FaultPlan([{ point: "map:committed", kind: "crash", when: { nth: 1 } }]);
    const { client } = await serve("define", faults);
    const id = uuidv7();
    const slow = { term: "Term", definition: "first", category: "old" };
    await expect(call(client, "add_term", slow, id)).rejects.toThrow();
    // The first has written its term and no index; it waits while the second replaces it.
    const { store, world } = lab;
    const next = await serverOf(define, { store, world, resume: "hold", clock: skippingClock });
    servers.push(next);
    await next.start();
    const second = (await connect(next)).client;
    await call(second, "add_term", { term: "term", definition: "second", category: "new" });
    await next.resume(id);
    await settled(lab, id, "completed");
    const recent = await structuredCall(second, "recent_terms", {});
    expect(recent).toMatchObject({ count: 1, recent_terms: [{ definition: "second" }] });
    expect(await structuredCall(second, "browse_category", { category: "old" })).toMatchObject({
      count: 0,
    });
    expect(await structuredCall(second, "browse_category", { category: "new" })).toMatchObject({
      count: 1,
    });
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
    await until(lab, async () => (await lab.store.readPendingInvocations("running")).length > 0);
    stop.abort(new Error("Stopped."));
    await expect(ran).rejects.toThrow("Stopped.");
    await until(lab, async () => {
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
    await until(lab, async () => {
      const trace = await lab.store.readTrace({ invocation: id, limit: 99 });
      return trace.some(({ type }) => type === "fault");
    });
    cancel.abort("no more");
    await expect(answer).rejects.toThrow("no more");
    await settled(lab, id, "cancelled");
    const again = await call(client, "process_document", { file_id: "a" }, id);
    expect(again.structuredContent).toMatchObject({ status: "success" });
    expect(await lab.world.ledger.tally([id])).toEqual([
      { effects: 2, duplicates: 0, uncertain: 0 },
    ]);
  });
});

describe("audit", () => {
  it("gives exactly the entries of a time, for every combination of begin and end", async () => {
    const { client } = await serve("audit");
    for (let n = 0; n < 6; n++) {
      await call(client, "update_user", { user_id: `u${n}`, updates: {} });
    }
    const log = { log_name: "user_operations" };
    const read = async (range: object): Promise<number[]> => {
      const { entries } = await structuredCall(client, "get_audit_log", { ...log, ...range });
      return (entries as { timestamp: number }[]).map(({ timestamp }) => timestamp);
    };
    const all = await read({});
    expect(all).toHaveLength(6);
    expect(all).toEqual(all.toSorted((a, b) => b - a));
    const times = [0, ...new Set(all.flatMap((time) => [time - 1, time, time + 1])), 2 ** 48];
    for (const begin of [undefined, ...times]) {
      for (const end of [undefined, ...times]) {
        const expected = all.filter(
          (time) => time >= (begin ?? 0) && (end === undefined || time < end),
        );
        expect([begin, end, await read({ begin, end })]).toEqual([begin, end, expected]);
      }
    }
  });

  it("leaves an entry for every execution, and a role's change in the security log", async () => {
    const { client } = await serve("audit");
    const args = { user_id: "u", updates: { role: "admin" } };
    const { invocation } = await call(client, "update_user", args);
    await call(client, "update_user", args, invocation);
    const entries = await lab.store.readRange({
      map: "audit:user_operations",
      direction: "ascending",
      limit: 9,
    });
    expect(entries.map(({ value }) => fromBytes(value))).toMatchObject([
      { tool: "update_user", inputs: args, success: true, outputs: { updated_fields: ["role"] } },
      { tool: "update_user", inputs: args, success: true },
    ]);
    const security = await structuredCall(client, "get_audit_log", { log_name: "security_events" });
    expect(security).toMatchObject({
      count: 2,
      entries: [{ data: { event: "role_change", role: "admin" } }, {}],
    });
  });

  it("is not failed by an entry that cannot be written; the trace shows it", async () => {
    const faults = new FaultPlan([
      { point: "map:before-commit", kind: "non-retryable", when: { every: true } },
    ]);
    const { client } = await serve("audit", faults);
    const args = { name: "Ada", email: "ada@example.com" };
    const { invocation, structuredContent } = await call(client, "create_user", args);
    expect(structuredContent).toMatchObject({ status: "success" });
    const trace = await lab.store.readTrace({ invocation, limit: 99 });
    expect(trace.find(({ type }) => type === "audit-failed")).toMatchObject({
      map: "audit:user_operations",
      error: { message: "Injected at map:before-commit." },
    });
  });
});
