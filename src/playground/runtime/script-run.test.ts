/** The example's client script: run to its end, over crashes, or stopped where it stands. */
import { afterEach, describe, expect, it } from "vitest";
import { addTool, exampleOf, playgroundLab, registerPay } from "../../testing/example.ts";
import type { ClientScript, Example } from "../../examples/index.ts";
import type { DurableMcpServer } from "../../mcp/index.ts";
import { deferred } from "../../store/index.ts";
import type { Playground } from "./playground.ts";
import { ping } from "./page-requests.ts";

const lab = playgroundLab();
afterEach(() => lab.close());

const payTwice = async (script: ClientScript): Promise<void> => {
  script.heading("Pay");
  const { invocation } = await script.call("pay", { amount: 1 });
  await script.call("pay", { amount: 1 }, invocation);
};

const lines = ({ snapshot }: Playground): string[] =>
  snapshot().transcript.map(({ kind, text }) => `${kind}: ${text}`);
const charges = async ({ world }: Playground): Promise<number> =>
  (await world?.ledger.rows({ limit: 9 }))?.length ?? Number.NaN;

it("runs to its end, and its transcript grows as it goes", async () => {
  const playground = await lab.open(exampleOf(registerPay, payTwice));
  const lengths = new Set<number>();
  const end = playground.subscribe(() => lengths.add(playground.snapshot().transcript.length));
  const running = playground.script.run();
  expect(playground.snapshot().transcriptRunning).toBe(true);
  await running;
  end();
  expect(playground.snapshot().transcriptRunning).toBe(false);
  expect(lines(playground)).toEqual([
    "heading: Pay",
    'call: pay({"amount":1})',
    expect.stringMatching(/^answer: .*"success"/),
    'call: pay({"amount":1}) (retry)',
    expect.stringMatching(/^answer: .*"success"/),
    "note: The script has ended.",
  ]);
  expect([...lengths].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(await charges(playground)).toBe(1);
});

it("runs once at a time, and anew when it has ended", async () => {
  let runs = 0;
  const example = exampleOf(registerPay, async (script) => {
    runs++;
    await script.call("pay", { amount: 1 });
  });
  const playground = await lab.open(example);
  await Promise.all([playground.script.run(), playground.script.run()]);
  expect(runs).toBe(1);
  await playground.script.run();
  expect(runs).toBe(2);
  // Only the second's.
  expect(lines(playground)).toHaveLength(3);
});

describe("over a crash of the server", () => {
  it("it waits for the next, asks again as the same call, and goes on", async () => {
    const playground = await lab.open(exampleOf(registerPay, payTwice));
    await playground.settings.arm("crash", [
      { point: "map:committed", kind: "crash", when: { nth: 1 } },
    ]);
    const running = playground.script.run();
    await playground.until(({ transcript }) =>
      transcript.some(({ text }) => text.startsWith("It waits for the next server")),
    );
    expect(playground.snapshot()).toMatchObject({ server: "crashed", transcriptRunning: true });
    await playground.restart();
    await running;
    const reported = lines(playground);
    expect(reported.filter((line) => line.startsWith("answer"))).toHaveLength(2);
    expect(reported.join("\n")).toContain("The answer is lost");
    expect(reported.at(-1)).toBe("note: The script has ended.");
    expect(await charges(playground)).toBe(1);
    const invocations = await playground.store?.readInvocations({ limit: 9 });
    expect(invocations).toHaveLength(1);
  });

  it("stopped while it waits for the next, it ends", async () => {
    const playground = await lab.open(exampleOf(registerPay, payTwice));
    await playground.settings.arm("crash", [
      { point: "effect:after", kind: "crash", when: { nth: 1 } },
    ]);
    const running = playground.script.run();
    await playground.until(({ transcript }) =>
      transcript.some(({ text }) => text.startsWith("It waits for the next server")),
    );
    await playground.script.stop();
    await running;
    expect(lines(playground).at(-1)).toBe("note: The script was stopped.");
    expect(playground.snapshot()).toMatchObject({ server: "crashed", transcriptRunning: false });
  });
});

describe("stopped in the middle of a call", () => {
  function slow(): { example: Example; entered: Promise<string>; after: () => boolean } {
    const entered = deferred<string>();
    let wentOn = false;
    const example = exampleOf(
      (server) =>
        addTool(server, "wait", (context) => {
          entered.resolve(context.invocationId);
          return deferred<never>().promise;
        }),
      async (script) => {
        await script.call("wait", {});
        wentOn = true;
      },
    );
    return { example, entered: entered.promise, after: () => wentOn };
  }

  it("its call is cancelled, and it makes no other", async () => {
    const { example, entered, after } = slow();
    const playground = await lab.open(example);
    const running = playground.script.run();
    const id = await entered;
    await playground.script.stop();
    await running;
    expect(lines(playground).at(-1)).toBe("note: The script was stopped.");
    expect(after()).toBe(false);
    const state = async () => (await playground.store?.readInvocation(id))?.state;
    await expect.poll(state).toBe("cancelled");
    // The page's own client is still there.
    await ping(playground.client);
    expect(playground.snapshot()).toMatchObject({ server: "running", transcriptRunning: false });
    expect(playground.snapshot().problem).toBeUndefined();
  });

  it.each(["close", "wipe"] as const)("by %s of the example too", async (what) => {
    const { example, entered } = slow();
    const playground = await lab.open(example);
    const running = playground.script.run();
    await entered;
    await playground[what]();
    await running;
    expect(playground.snapshot().transcriptRunning).toBe(false);
    if (what === "wipe") {
      expect(lines(playground)).toEqual([]);
      expect(await playground.store?.readInvocations({ limit: 9 })).toEqual([]);
    }
  });
});

it("stopped where none runs, nothing happens", async () => {
  const playground = await lab.open(exampleOf());
  await playground.script.stop();
  expect(playground.snapshot()).toMatchObject({ transcript: [], transcriptRunning: false });
});

it("what goes wrong in the script is told at its end", async () => {
  const example = exampleOf(registerPay, () => Promise.reject(new Error("no such tool")));
  const playground = await lab.open(example);
  await playground.script.run();
  expect(lines(playground)).toEqual(["note: The script ended early: no such tool"]);
  const { load } = example;
  const offline = { ...exampleOf(), load };
  let loads = 0;
  offline.load = () => (++loads === 1 ? load() : Promise.reject(new Error("offline")));
  const other = await lab.open(offline);
  await other.script.run();
  expect(lines(other)).toEqual(["note: The script ended early: offline"]);
  expect(other.snapshot().transcriptRunning).toBe(false);
});

describe("a question", () => {
  const gate = deferred<undefined>();
  const params = { message: "Sure?", requestedSchema: { type: "object", properties: {} } };
  const register = (server: DurableMcpServer): void => {
    addTool(server, "ask", (context) => context.request({ method: "elicitation/create", params }));
    addTool(server, "ask-later", async (context) => {
      await gate.promise;
      await context.request({ method: "elicitation/create", params });
    });
  };
  const accepted = "note: The server asks: Sure? The script accepts.";

  it("of its own call it accepts; one of the page's call is the person's", async () => {
    const example = exampleOf(register, async (script) => {
      await script.call("ask", {});
    });
    const playground = await lab.open(example);
    const id = playground.client.call("ask", {});
    await playground.until(({ questions }) => questions.length === 1);
    await playground.script.run();
    expect(lines(playground)).toContain(accepted);
    expect(playground.snapshot().questions).toHaveLength(1);
    expect(playground.snapshot().client.get(id)).toMatchObject({ state: "waiting" });
  });

  it("of a resumed call, which any client could be asked, is the person's too", async () => {
    const listed = deferred<undefined>();
    const example = exampleOf(register, async (script) => {
      await script.listTools();
      listed.resolve(undefined);
      await playground.until(({ questions }) => questions.length > 0);
    });
    const playground = await lab.open(example);
    playground.client.call("ask-later", {});
    await playground.until(({ protocol }) =>
      protocol.some(({ method }) => method === "tools/call"),
    );
    const isUnderWay = async () => await playground.store?.readInvocations({ limit: 1 });
    await expect.poll(isUnderWay).toHaveLength(1);
    await playground.restart();
    // The script's client is the newest.
    const running = playground.script.run();
    await listed.promise;
    gate.resolve(undefined);
    await running;
    expect(lines(playground)).not.toContain(accepted);
    expect(lines(playground).at(-1)).toBe("note: The script has ended.");
  });
});
