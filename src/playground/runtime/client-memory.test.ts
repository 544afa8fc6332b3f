/** What a tab's client saw is there again after a reload, and after its example was left. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { exampleOf, playgroundLab } from "../../testing/example.ts";
import type { Playground } from "./playground.ts";

const lab = playgroundLab();
let stored: Map<string, string>;
beforeEach(() => {
  stored = new Map();
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
  });
});
afterEach(async () => {
  await lab.close();
  vi.unstubAllGlobals();
});

const example = exampleOf();

async function pay(playground: Playground, amount: number): Promise<string> {
  const id = playground.client.call("pay", { amount });
  await playground.until(({ client }) => client.get(id)?.state !== "waiting");
  return id;
}

async function again(): Promise<Playground> {
  const playground = await lab.open(example);
  await playground.until(({ client }) => client.size > 0);
  return playground;
}

it("answers and messages come back, and are counted on", async () => {
  const first = await lab.open(example);
  const id = await pay(first, 5);
  const { client, protocol } = first.snapshot();
  await first.close();
  const second = await again();
  expect(second.snapshot().client.get(id)).toEqual(client.get(id));
  const messages = second.snapshot().protocol;
  expect(messages).toEqual(expect.arrayContaining([...protocol.map(settled)]));
  const numbers = messages.map(({ number }) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
  const other = await pay(second, 6);
  expect([...second.snapshot().client.keys()]).toEqual([id, other]);
});

/** What waited when the page was left waits no more. */
const settled = <T extends { readonly outcome: string }>(exchange: T) =>
  exchange.outcome === "waiting"
    ? { ...exchange, outcome: "lost", endedAt: expect.anything() as unknown }
    : exchange;

it("a call that waited when the page was left is told as lost", async () => {
  const id = "0199a1b2-c3d4-7000-8000-000000000001";
  const views = [[id, { state: "waiting", progress: { progress: 1 } }]];
  stored.set(`client:playground-${example.name}`, JSON.stringify({ views, exchanges: [] }));
  const playground = await again();
  expect(playground.snapshot().client.get(id)).toMatchObject({ state: "error", lost: true });
});

it("the log and the transcript come back; a script that ran when the page was left has ended", async () => {
  const transcript = [{ kind: "note", text: "The server asks." }];
  const log = [
    { id: 1, at: 1, level: "info", text: "older" },
    { id: 2, at: 2, level: "error", text: "newer" },
  ];
  const views = [["0199a1b2-c3d4-7000-8000-000000000001", { state: "waiting" }]];
  const kept = { views, exchanges: [], transcript, transcriptRunning: true, log };
  stored.set(`client:playground-${example.name}`, JSON.stringify(kept));
  const first = await again();
  const state = first.snapshot();
  expect(state.transcript.map(({ text }) => text)).toEqual([
    "The server asks.",
    "The page was left or reloaded before the script ended.",
  ]);
  expect(state.transcriptRunning).toBe(false);
  expect(state.log.slice(0, 2).map(({ text }) => text)).toEqual(["older", "newer"]);
  expect(new Set(state.log.map(({ id }) => id)).size).toBe(state.log.length);
  await first.close();
  // Once more: it is said once that the script was left.
  expect((await again()).snapshot().transcript).toEqual(state.transcript);
});

it.each(["", "nonsense", '{"views":[["i",{"state":"answered"}]],"exchanges":[]}'])(
  "what something else has written (%s) is passed over",
  async (text) => {
    stored.set(`client:playground-${example.name}`, text);
    const playground = await lab.open(example);
    const id = await pay(playground, 5);
    await playground.close();
    expect((await again()).snapshot().client.get(id)).toMatchObject({ state: "answered" });
  },
);

it("of answers that are too large together, the newest are kept; one that is too large alone is not", async () => {
  const large = exampleOf((server) => {
    server.registerTool("say", {}, () => ({
      content: [{ type: "text", text: "x".repeat(99_000) }],
    }));
    server.registerTool("shout", {}, () => ({
      content: [{ type: "text", text: "x".repeat(100_000) }],
    }));
  });
  const playground = await lab.open(large);
  const ids: string[] = [];
  for (const tool of ["shout", ...Array<string>(11).fill("say")]) {
    const id = playground.client.call(tool, {});
    await playground.until(({ client }) => client.get(id)?.state === "answered");
    ids.push(id);
  }
  await playground.close();
  const next = await lab.open(large);
  await next.until(({ client }) => client.size > 0);
  expect([...next.snapshot().client.keys()]).toEqual(ids.slice(-10));
});
