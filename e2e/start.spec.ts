/** `npm start`'s program: what it says, and how it ends. The build is there. */
import { expect, test } from "@playwright/test";
import { PORT } from "./playwright.config.ts";
import { freePort, start } from "./support/started.ts";

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`it tells where the page is, and ${signal} ends it in order`, async () => {
    const port = await freePort();
    const { child, out, ended } = start("--port", String(port));
    await expect.poll(out).toContain(`http://localhost:${port}`);
    // This leaves a connection open, which must not hold the end back.
    const answer = await fetch(`http://localhost:${port}/`);
    expect(await answer.text()).toContain("<title>Durable MCP Playground</title>");
    child.kill(signal);
    expect(await ended).toBe(0);
    await expect(fetch(`http://localhost:${port}/`)).rejects.toThrow("fetch failed");
  });
}

test("a taken port is told in one sentence, with what to do", async () => {
  // The one that these tests run on.
  const { out, ended } = start(`--port=${PORT}`);
  expect(await ended).toBe(1);
  expect(out()).toBe(
    `Port ${PORT} is taken by another playground: stop that one, or take another port with --port ${PORT + 1}.\n`,
  );
});

for (const [args, reported] of [
  [["--port", "99999"], /^A port is a whole number from 1 to 65535, not “99999”\.\n$/],
  [["--port"], /argument missing/],
  [["--prot", "9992"], /Unknown option '--prot'/],
  [["a.ts", "b.ts"], /^One file at a time, not also b.ts\.\n$/],
] as const) {
  test(`${args.join(" ")} is told, and nothing is started`, async () => {
    const { out, ended } = start(...args);
    expect(await ended).toBe(2);
    expect(out()).toMatch(reported);
    expect(out()).not.toContain("    at ");
  });
}
