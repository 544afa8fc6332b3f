/** `npm run serve`: the page on a server in another process, which is killed for real. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPostgres } from "../src/testing/find-postgres.ts";
import { startPostgres } from "../src/testing/postgres-server.ts";
import { PlaygroundPage } from "./support/playground-page.ts";
import { freePort, serve, type Started } from "./support/started.ts";
import { expect, test } from "./support/test.ts";

test.setTimeout(180_000);

let folder: string;
let served: Started | undefined;
let port: number;
test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "served-"));
  port = await freePort();
  // The bank is outside: a line for each charge.
  writeFileSync(
    join(folder, "shop.ts"),
    `
import { appendFileSync } from "node:fs";
import { atMostOnce, effect } from "durable-mcp-playground";
import type { DurableMcpServer } from "durable-mcp-playground";
import { z } from "zod";

export default (server: DurableMcpServer) => {
  server.registerTool("charge", { inputSchema: { amount: z.number().default(5) } }, async ({ amount }, context) => {
    const charge = () => {
      appendFileSync(${JSON.stringify(join(folder, "charges"))}, amount + "\\n");
      return "charged";
    };
    const schema = z.string();
    const text = await atMostOnce("charge", context, (inner) => effect(inner, "bank.charge", { amount }, charge), { schema });
    return { content: [{ type: "text", text }] };
  });
};
`,
  );
});
test.afterEach(async ({ page }) => {
  // It would go on asking for what is gone.
  await page.close();
  served?.child.kill("SIGTERM");
  await served?.ended;
  served = undefined;
  rmSync(folder, { recursive: true });
});

/** How often the bank was asked to charge. */
function charges(): number {
  const path = join(folder, "charges");
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n").length : 0;
}

async function start(store = join(folder, "store")): Promise<string> {
  const args = [join(folder, "shop.ts"), "--store", store, "--port", String(port)];
  const started = serve(...args);
  served = started;
  await expect.poll(started.out, { timeout: 60_000 }).toContain("The page that inspects it is at");
  return `http://localhost:${port}/`;
}

/** The server's own process, below the one that watches over it. */
function serverPid(): number | undefined {
  const parent = String(served?.child.pid);
  const { stdout } = spawnSync("ps", ["-o", "pid=,args=", "--ppid", parent], { encoding: "utf8" });
  const line = stdout.split("\n").find((each) => each.includes("server-process"));
  return line === undefined ? undefined : Number(line.trim().split(" ")[0]);
}

/** The process that follows another. */
async function nextPid(before: number | undefined): Promise<number> {
  let pid: number | undefined;
  await expect.poll(() => (pid = serverPid() ?? before), { timeout: 60_000 }).not.toBe(before);
  return pid ?? 0;
}

const up = async (playground: PlaygroundPage): Promise<void> => {
  await expect(playground.server).toHaveText(/running/, { timeout: 60_000 });
};

const programs = findPostgres();
const engines =
  programs !== undefined ? (["PGlite", "PostgreSQL"] as const) : (["PGlite"] as const);
for (const engine of engines) {
  test(`on ${engine}, a fault kills the process, the next goes on, and it is charged once`, async ({
    playground,
  }) => {
    const postgres =
      engine === "PostgreSQL" && programs !== undefined ? await startPostgres(programs) : undefined;
    try {
      await playground.open(await start(postgres?.url));
      const first = serverPid();
      await playground.arm("Crash after an effect, before it is recorded");
      await playground.press("Call charge");
      // The supervisor starts the next by itself, which resumes the call.
      await playground.callIs("failed");
      await up(playground);
      await playground.counts(2, 1, 1);
      expect(charges()).toBe(1);
      expect(await nextPid(first)).toBeGreaterThan(0);
      // Not known whether it was charged: so never again.
      await playground.press("Retry");
      await playground.counts(3, 1, 1);
      expect(charges()).toBe(1);
      await playground.page.close();
      served?.child.kill("SIGTERM");
      expect(await served?.ended).toBe(0);
    } finally {
      await postgres?.remove();
    }
  });
}

test("to crash is to kill the process; one that is killed from outside is told the same", async ({
  playground,
}) => {
  await playground.open(await start());
  const first = serverPid();
  await playground.press("Crash");
  const second = await nextPid(first);
  await up(playground);
  process.kill(second, "SIGKILL");
  await nextPid(second);
  await up(playground);
  await playground.press(/^Log/);
  await expect(playground.page.getByText(/process ended \(SIGKILL\)/)).toBeVisible();
  await playground.press("Call charge");
  await playground.callIs("completed");
  expect(charges()).toBe(1);
});

test("two pages see the same: calls, settings, what waits, and the end of a server", async ({
  playground,
}) => {
  const url = await start();
  await playground.open(url);
  const other = new PlaygroundPage(await playground.page.context().newPage());
  await other.open(url);
  await playground.press("Call charge");
  await playground.callIs("completed");
  await expect(other.calls).toHaveCount(1);
  await playground.page.getByRole("switch", { name: /Guards/ }).click();
  await expect(other.page.getByRole("switch", { name: /Guards/ })).not.toBeChecked();
  await other.page.getByRole("switch", { name: /Guards/ }).click();
  await expect(playground.page.getByRole("switch", { name: /Guards/ })).toBeChecked();
  // Who leaves a server leaves it running.
  const running = serverPid();
  const examples = playground.page.getByRole("combobox", { name: "Example" });
  await examples.selectOption("steps");
  await expect(playground.calls).toHaveCount(0);
  await examples.selectOption("served");
  await expect(playground.calls).toHaveCount(1);
  await up(playground);
  await up(other);
  expect(serverPid()).toBe(running);
  // One steps into a call, the other lets it go on.
  await playground.press("Step through");
  const waits = (page: PlaygroundPage) => page.page.getByRole("region", { name: "Paused call" });
  await expect(waits(playground)).toBeVisible();
  await expect(other.calls).toHaveCount(2);
  await other.calls.first().getByRole("button").click();
  await waits(other).getByRole("button", { name: "Go on" }).click();
  await expect(playground.calls.first()).toContainText("done once");
  expect(charges()).toBe(2);
  const before = serverPid();
  await other.restart();
  await nextPid(before);
  await up(playground);
  await playground.press("Call charge");
  await expect(other.calls).toHaveCount(3);
  // The row is there before the charge is.
  await expect(other.calls.first()).toContainText("done once");
  expect(charges()).toBe(3);
});

test.describe("its process is gone", () => {
  test.use({ allowedConsole: [/WebSocket|ERR_CONNECTION|Failed to (load|fetch)/] });

  test("everything is killed in mid-call: the page says so, and goes on by itself", async ({
    playground,
  }) => {
    await playground.open(await start());
    await playground.arm("Pause at every point");
    await playground.press("Call charge");
    const paused = playground.page.getByRole("region", { name: "Paused call" });
    await expect(paused).toContainText("guard:before-start");
    served?.child.kill("SIGKILL");
    await served?.ended;
    await expect(
      playground.page.getByText("The connection to the server’s process is lost."),
    ).toBeVisible();
    await start();
    // Another run, with another secret: what it armed is gone, and the call is resumed.
    await up(playground);
    await playground.callIs("completed");
    await playground.counts(2, 1, 1);
    expect(charges()).toBe(1);
  });
});
