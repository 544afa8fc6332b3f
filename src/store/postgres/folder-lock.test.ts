/** A folder of PGlite is one process's at a time, and free when that is dead. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openPglite } from "./index.ts";

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "playground-pglite-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

/** Another process that opens the folder and writes a row into it. */
async function openElsewhere(): Promise<ChildProcess> {
  const engine = fileURLToPath(new URL("index.ts", import.meta.url));
  const script = join(folder, "open.mjs");
  writeFileSync(
    script,
    `import { openPglite } from ${JSON.stringify(engine)};
     const store = await openPglite({ directory: ${JSON.stringify(join(folder, "data"))} });
     const change = { method: "insert", entries: [["a", new Uint8Array([1])]] };
     await store.applyMutation({ map: "m", at: 0, origin: {}, change });
     process.send("open");
     setInterval(() => undefined, 1000);`,
  );
  const child = fork(script, { execArgv: ["--import", "tsx"] });
  children.push(child);
  await once(child, "message");
  return child;
}

it("is refused with who has it, and opened after that one's death by SIGKILL", async () => {
  const directory = join(folder, "data");
  const other = await openElsewhere();
  await expect(openPglite({ directory })).rejects.toThrow(
    `The folder ${directory} is open in process ${other.pid}: stop that one, or name another folder.`,
  );
  other.kill("SIGKILL");
  await once(other, "exit");
  const store = await openPglite({ directory });
  expect(await store.readRange({ map: "m", direction: "ascending", limit: 9 })).toMatchObject([
    { key: "a", value: new Uint8Array([1]) },
  ]);
  // In this process, too, and until it is closed.
  await expect(openPglite({ directory })).rejects.toThrow(`is open in process ${process.pid}`);
  await store.close();
  await (await openPglite({ directory })).close();
});

it("a folder that cannot be one is told", async () => {
  const directory = join(folder, "file");
  writeFileSync(directory, "no folder");
  await expect(openPglite({ directory })).rejects.toThrow(
    /^The database in .* cannot be opened: .*Name a folder that this user may write to/,
  );
});
