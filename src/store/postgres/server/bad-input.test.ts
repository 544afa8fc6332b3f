/** What a person may get wrong, and what a server may run out of: each is a sentence that says what to do. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, describe, expect, inject, it } from "vitest";
import {
  InvalidAddressError,
  StoreQuotaError,
  StoreUnavailableError,
  StoreVersionError,
} from "../../errors.ts";
import { postgresUser } from "../../../testing/postgres-server.ts";
import { openPostgres } from "../index.ts";

const owner = inject("postgresUrl") ?? "";
const clients: pg.Client[] = [];

/** Runs statements as the owner. */
async function run(...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: owner });
  clients.push(client);
  await client.connect();
  for (const statement of statements) await client.query(statement);
}
afterEach(async () => {
  for (const client of clients.splice(0)) await client.end();
});

function urlOf(change: (url: URL) => void): string {
  const url = new URL(owner);
  change(url);
  return url.href;
}
const name = (kind: string): string => `${kind}_${crypto.randomUUID().replaceAll("-", "")}`;

describe("an address that is none", () => {
  it.each(["", "localhost:5432", "http://localhost/db", "mysql://me:secret@localhost/db"])(
    "%s is told how one looks, and a password in it is not repeated",
    async (url) => {
      const refused = openPostgres({ url });
      await expect(refused).rejects.toThrow(InvalidAddressError);
      await expect(refused).rejects.toThrow(/It looks like postgres:\/\/user:password@localhost/);
      await expect(refused).rejects.not.toThrow(/secret/);
    },
  );

  it("a schema whose name is none, and a lease that is too short", async () => {
    await expect(openPostgres({ url: owner, schema: "my-shop" })).rejects.toThrow(
      '"my-shop" is no name of a schema',
    );
    await expect(openPostgres({ url: owner, leaseMs: 999 })).rejects.toThrow(
      "leaseMs is at the least 1000 milliseconds, not 999.",
    );
  });
});

it("a server that is not there is told with its address, and without the password", async () => {
  const url = urlOf((url) => {
    url.port = "1";
    url.password = "secret";
  });
  const refused = openPostgres({ url });
  await expect(refused).rejects.toThrow(StoreUnavailableError);
  await expect(refused).rejects.toThrow(
    /^PostgreSQL at 127\.0\.0\.1:1 \(postgres\) cannot be reached: .*Check that it runs, and that the address is right\.$/,
  );
  await expect(refused).rejects.not.toThrow(/secret/);
});

it("a database that is not there", async () => {
  const url = urlOf((url) => (url.pathname = "/nowhere"));
  await expect(openPostgres({ url })).rejects.toThrow(
    /has no such database: .*Make it \(createdb\), or name another in the address\.$/,
  );
});

it("a user that is not known", async () => {
  const url = urlOf((url) => (url.username = "nobody_here"));
  await expect(openPostgres({ url })).rejects.toThrow(
    /does not let this user in: .*Check the user and the password in the address\.$/,
  );
});

it("a user with no rights is told which to ask for; with the schema made for it, it works", async () => {
  const [user, schema] = [name("user"), name("schema")];
  await run(`CREATE ROLE ${user} LOGIN`);
  const url = urlOf((url) => (url.username = user));
  const refused = openPostgres({ url, schema });
  await expect(refused).rejects.toThrow(StoreUnavailableError);
  await expect(refused).rejects.toThrow(
    /does not let this user do it: .*Grant it CREATE on the database, or have the schema made for it and grant it ALL on that\.$/,
  );
  await run(`CREATE SCHEMA ${schema}`, `GRANT ALL ON SCHEMA ${schema} TO ${user}`);
  const store = await openPostgres({ url, schema });
  expect(await store.readMapNames()).toEqual([]);
  await store.close();
});

it("a database of a newer version is refused, and stays as it was", async () => {
  const schema = name("newer");
  await (await openPostgres({ url: owner, schema })).close();
  await run(`UPDATE ${schema}.version SET number = 99`);
  const refused = openPostgres({ url: owner, schema });
  await expect(refused).rejects.toThrow(StoreVersionError);
  await expect(refused).rejects.toThrow(/version 99.*Use that version; nothing was changed\.$/);
});

/** A disk of so many megabytes; `undefined` where this user may not make one. */
function makeDisk(megabytes: number): { folder: string; remove(): void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "playground-disk-"));
  const { uid = 0, gid = 0 } = postgresUser() ?? {};
  const options = `size=${megabytes}m,uid=${uid},gid=${gid}`;
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "none", folder], { stdio: "ignore" });
  } catch {
    rmdirSync(folder);
    return undefined;
  }
  return {
    folder,
    remove() {
      execFileSync("umount", [folder]);
      rmdirSync(folder);
    },
  };
}

const MEGABYTES = 24;

it("a full disk: nothing is half-written, and with room it goes on", async (here) => {
  const disk = makeDisk(MEGABYTES);
  if (!disk) return here.skip("This user may not mount a disk.");
  here.onTestFinished(() => disk.remove());
  const database = name("full");
  await run(
    `CREATE TABLESPACE ${database} LOCATION '${disk.folder}'`,
    `CREATE DATABASE ${database} TABLESPACE ${database}`,
  );
  const url = urlOf((url) => (url.pathname = `/${database}`));
  const store = await openPostgres({ url, patienceMs: 0 });
  // Nothing that can be made smaller.
  const value = crypto.getRandomValues(new Uint8Array(50_000));
  const insert = async (write: number): Promise<void> => {
    const entries = ["a", "b"].map((key) => [`${write} ${key}`, value] as const);
    const change = { method: "insert", entries } as const;
    await store.applyMutation({ map: "m", at: 0, origin: {}, change });
  };
  let written = 0;
  const fill = async (): Promise<never> => {
    for (;;) {
      await insert(written);
      written++;
    }
  };
  const full = fill();
  await expect(full).rejects.toThrow(StoreQuotaError);
  await expect(full).rejects.toThrow(
    /has no room left: .*Nothing was written\. Make room on its disk, and call again\.$/,
  );
  const range = { map: "m", direction: "ascending", limit: 10_000 } as const;
  expect(await store.readRange(range)).toHaveLength(2 * written);
  execFileSync("mount", ["-o", `remount,size=${4 * MEGABYTES}m`, disk.folder]);
  await insert(written);
  expect(await store.readRange(range)).toHaveLength(2 * written + 2);
  await store.close();
  await run(`DROP DATABASE ${database} WITH (FORCE)`, `DROP TABLESPACE ${database}`);
});
