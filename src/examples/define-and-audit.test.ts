/** The glossary and the audit log, tool by tool. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serveExample } from "../testing/serve-example.ts";
import { call, openLab, type Lab } from "../testing/lab.ts";
import { FaultPlan, fromBytes, uuidv7 } from "../index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const serve = (name: string, faults?: FaultPlan) => serveExample(lab, name, { faults });

async function structuredCall(
  client: Client,
  name: string,
  args: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  return (await call(client, name, args)).structuredContent ?? {};
}

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
      await lab.settled(id, "completed");
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
    const { server: next, client: second } = await serveExample(lab, "define", { resume: "hold" });
    await call(second, "add_term", { term: "term", definition: "second", category: "new" });
    await next.resume(id);
    await lab.settled(id, "completed");
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
