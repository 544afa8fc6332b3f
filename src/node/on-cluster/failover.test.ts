/**
 * `npm run test:cluster`: servers on a database whose primary is killed in the middle of calls. No answered call is
 * lost, and nothing that must be done once is done twice.
 */
import { expect, it } from "vitest";
import { drawAt } from "../../durable/index.ts";
import { deferred } from "../../store/index.ts";
import { openPostgres } from "../../store/postgres/index.ts";
import { Cluster } from "../../testing/cluster.ts";
import { PayingLoad } from "../../testing/paying-load.ts";
import { openBank, PayingServer, type Bank } from "../../testing/paying-servers.ts";

const FAILOVERS = Number(process.env["FAILOVERS"] ?? 20);
const SERVERS = 2;
const LEASE_MS = 1500;
/** How long a primary may take to be followed, and a node to come back, in milliseconds. */
const PATIENCE = { timeout: 180_000, interval: 200 };

it(`the primary is killed ${FAILOVERS} times, in the middle of calls`, async () => {
  const ends: (() => unknown)[] = [];
  try {
    const cluster = await Cluster.start();
    ends.push(() => cluster.end());
    const isWhole = () => expect.poll(() => cluster.isWhole(), PATIENCE).toBe(true);
    await isWhole();
    const bank = await openBank();
    ends.push(() => bank.close());
    const database = { url: cluster.url, schema: "failover", leaseMs: LEASE_MS };
    const servers: PayingServer[] = [];
    ends.push(() => Promise.all(servers.map((server) => server.kill())));
    for (let index = 0; index < SERVERS; index++) {
      servers.push(await PayingServer.start({ ...database, bank: bank.url }));
    }
    let draws = 0;
    const load = new PayingLoad(servers, () => drawAt(1, "failover", draws++));
    const standstills: number[] = [];
    let isOver = false;
    const strike = async (): Promise<void> => {
      for (let index = 0; index < FAILOVERS; index++) {
        await isWhole();
        const { bringBack, before } = await killInMidCall(cluster, bank, load);
        await expect.poll(() => cluster.hasPrimary, PATIENCE).toBe(true);
        bringBack();
        await expect.poll(() => load.answers.size, PATIENCE).toBeGreaterThan(before);
        standstills.push(load.longestStandstill);
        console.log(`${index + 1}: stood still for ${Math.round(load.longestStandstill)} ms`);
      }
    };
    await Promise.all([
      load.run(() => !isOver),
      strike().finally(() => {
        isOver = true;
      }),
    ]);
    const store = await openPostgres(database);
    ends.push(() => store.close());
    await load.expectEachOnce(store, bank);
    const sorted = standstills.toSorted((a, b) => a - b).map(Math.round);
    console.log(
      `${FAILOVERS} failovers: ${load.answers.size} calls, each answered; calls stood still for ` +
        `${sorted[Math.floor(sorted.length / 2)]} ms (median), ${sorted.at(-1)} ms at the most.`,
    );
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}, 7_200_000);

/** Once the bank has done something: it answers when the primary is dead. */
async function killInMidCall(cluster: Cluster, bank: Bank, load: PayingLoad) {
  const dead = deferred<void>();
  await new Promise<void>((resolve) => {
    bank.onDone = () => {
      resolve();
      return dead.promise;
    };
  });
  const bringBack = await cluster.killPrimary();
  bank.onDone = () => undefined;
  load.longestStandstill = 0;
  const before = load.answers.size;
  dead.resolve();
  return { bringBack, before };
}
