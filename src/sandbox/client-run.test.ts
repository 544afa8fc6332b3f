/** A client script of a person's own, apart from the page: what it can do, and how it ends. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../mcp/index.ts";
import { loadClientScript, type TranscriptLine } from "../examples/index.ts";
import { ok, openLab, type Lab } from "../testing/lab.ts";
import { frames, PORTS_OF } from "../testing/own-hosts.ts";
import { runClientScript } from "./index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
  expect(frames()).toBe(0);
});

/** Runs a script against a server with one tool, and resolves with what it printed. */
async function run(
  code: string,
  { signal, exports = ["default", "runClient"] }: { signal?: AbortSignal; exports?: string[] } = {},
): Promise<string[]> {
  const { server } = await lab.serve((server) => {
    server.registerTool("act", {}, () => ok());
  });
  const { ClientScript } = await loadClientScript();
  const lines: string[] = [];
  const print = ({ kind, text }: TranscriptLine): void => void lines.push(`${kind}: ${text}`);
  const { client } = await connect(server);
  const script = new ClientScript({
    connect: () => Promise.resolve(client),
    print,
    ...(signal ? { signal } : {}),
  });
  await runClientScript({ code, exports, script, url: "/sandbox.html" });
  return lines;
}

const script = (body: string, name = "runClient"): string =>
  `exports.${name} = async (script) => { ${body} };`;

it("calls tools, retries them, and prints in its order", async () => {
  const lines = await run(
    script(`
      script.heading("One");
      await script.listTools();
      const { invocation, content } = await script.call("act", {});
      script.note("It said " + content[0].text);
      await script.call("act", {}, invocation);`),
  );
  expect(lines).toEqual([
    "heading: One",
    "heading: Tools",
    "tool: act: ",
    "call: act({})",
    'answer: [{"type":"text","text":"done"}]',
    "note: It said done",
    "call: act({}) (retry)",
    'answer: [{"type":"text","text":"done"}]',
  ]);
  expect(await lab.store.readInvocations({ limit: 9 })).toMatchObject([{ last: { number: 2 } }]);
});

it("is the export of the server's own name, before the one for all", async () => {
  const code = `${script('script.note("for all");')} ${script('script.note("its own");', "bank")}`;
  expect(await run(code, { exports: ["bank", "runClient"] })).toEqual(["note: its own"]);
  expect(await run(code, { exports: ["mail", "runClient"] })).toEqual(["note: for all"]);
});

describe("says what ended it:", () => {
  it.each([
    ["nothing exported", "const a = 1;", "The file exports no function. Write: export async"],
    ["a throw", script('throw new Error("no luck");'), "no luck"],
    [
      "a late throw",
      script('await new Promise(() => setTimeout(() => { throw new Error("late") }));'),
      "late",
    ],
    ["a tool without a name", script("await script.call(5, {});"), "called by its name"],
    ["arguments that are none", script('await script.call("act", [1]);'), "of act are an object"],
    ["an id that is none", script('await script.call("act", {}, 5);'), "by its id"],
    ["a cycle", script('const a = {}; a.a = a; await script.call("act", a);'), "circular|cyclic"],
    ["code that is none", "const = ;", "SyntaxError|is no JavaScript"],
    ["a name without end", script('await script.call("x".repeat(2000), {});'), "by its name"],
    [
      "a large value",
      script(
        'let a = []; for (let n = 0; n < 30; n++) a = [a, a]; await script.call("act", { a });',
      ),
      "The script sent more than 64 MB",
    ],
    [
      "no function of a name",
      "exports.run = () => {};",
      'no function "default" or "runClient", but run',
    ],
    [
      "a flood",
      PORTS_OF +
        script(
          // It waits: what it sends over another port when it returns may come first.
          'script.note("x"); for (let n = 0; n < 200000; n++) for (const port of ports) send.call(port, n); await new Promise(() => undefined);',
        ),
      "The script sent more than",
    ],
  ])("%s", async (_, code, message) => {
    await expect(run(code)).rejects.toThrow(new RegExp(message));
  });
});

it("has not ended before what it did not wait for has", async () => {
  const lines = await run(script(`script.call("act", {}).then(() => script.note("late"));`));
  expect(lines.at(-1)).toBe("note: late");
  const many = script(`for (let n = 0; n < 1500; n++) script.call("act", {});`);
  expect(await run(many)).toHaveLength(3000);
});

it("is stopped, though it loops without end", async () => {
  const stop = new AbortController();
  const running = run(script('script.note("begun"); for (;;);'), { signal: stop.signal });
  await expect.poll(frames).toBe(1);
  stop.abort(new Error("It was stopped."));
  await expect(running).rejects.toThrow("It was stopped.");
});

it("reaches nothing but what it is given", async () => {
  const lines = await run(
    script(`
      for (const way of [() => fetch("data:,x"), () => eval("1"), () => new Worker("data:,x")]) {
        await Promise.resolve().then(way).then(() => script.note("out"), () => script.note("dead"));
      }`),
  );
  expect(lines).toEqual(["note: dead", "note: dead", "note: dead"]);
});
