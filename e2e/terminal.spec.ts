/** The examples in a terminal: each has its server started, its script run, and its server ended. */
import { expect, test } from "@playwright/test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { example } from "./support/started.ts";

/** Where the stores are: none at first. */
let folder = "";
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "playground-example-"));
});
test.afterEach(() => rmSync(folder, { recursive: true }));

/** Runs `npm run example`'s program; resolves with what it printed and how it ended. */
async function terminal(
  args: readonly string[],
  input = "",
  /** Ends the run by Ctrl-C when this is printed; the input stays open until then. */
  interruptAt?: string,
): Promise<{ out: string; code: number | null }> {
  const { child, out, ended } = example(folder, ...args);
  let isInterrupted = interruptAt === undefined;
  child.stdout?.on("data", () => {
    if (isInterrupted || !out().includes(String(interruptAt))) return;
    isInterrupted = true;
    child.kill("SIGINT");
  });
  child.stdin?.write(input);
  if (interruptAt === undefined) child.stdin?.end();
  return { code: await ended, out: out() };
}

test("an example runs by its name", async () => {
  const { out, code } = await terminal(["steps"]);
  expect(out).toContain("→ create_user_with_profile(");
  expect(out).toContain("There is no profile profile_unknown.");
  expect(code).toBe(0);
  // Nobody answers there any more.
  const [address = ""] = /http:\S+\/mcp/.exec(out) ?? [];
  await expect(fetch(address)).rejects.toThrow("fetch failed");
});

test("the menu lists every example, and q leaves it", async () => {
  const { out, code } = await terminal([], "q\n");
  for (const title of ["Payment processing", "Two steps", "Glossary", "Audit logs"]) {
    expect(out).toContain(title);
  }
  expect(code).toBe(0);
});

test("the menu runs one example after the other, as they are typed", async () => {
  const { out, code } = await terminal([], "2\ndocument\nnone\nq\n");
  expect(out.match(/^q {2}Leave$/gm)).toHaveLength(4);
  expect(out).toContain("There is no profile profile_unknown.");
  expect(out).toContain("… 3 of 4 finish");
  expect(out).toContain("There is no job job_unknown.");
  expect(out).toContain("There is no example “none”: give a number, a name, or q.");
  expect(code).toBe(0);
});

test("the menu keeps what was stored, until it is wiped", async () => {
  const { out } = await terminal([], "audit\naudit\nw\naudit\nq\n");
  const counts = [...out.matchAll(/"log_name":"security_events","count":(\d+)/g)];
  expect(counts.map(([, count]) => count)).toEqual(["2", "4", "2"]);
});

test("Ctrl-C leaves, from the menu and from a run", async () => {
  expect((await terminal([], "", "q  Leave")).code).toBe(0);
  const run = await terminal(["--latency", "300"], "1\n", "→ process_payment");
  expect(run.out).toContain("Left in the middle.");
  expect(run.out).not.toContain("get_payment(");
  expect(run.code).toBe(0);
});

test("an unknown name is told with the names that there are", async () => {
  const { out, code } = await terminal(["nope"]);
  expect(out).toContain("There are: processing, steps, document, define, audit.");
  expect(code).toBe(2);
});
