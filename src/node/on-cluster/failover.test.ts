/**
 * `npm run test:cluster`: servers on a database whose primary is killed in the middle of calls. No answered call is
 * lost, and nothing that must be done once is done twice.
 */
import { expect, it } from "vitest";
import { drawAt } from "../../durable/index.ts";
import { openPostgres } from "../../store/postgres/index.ts";
import { Cluster } from "../../testing/cluster.ts";
import { PayingLoad } from "../../testing/paying-load.ts";
import { openBank, PayingServer } from "../../testing/paying-servers.ts";

const FAILOVERS = Number(process.env["FAILOVERS"] ?? 20);
const SERVERS = 2;
const LEASE_MS = 1500;
/** How long a primary may take to be followed, and a node to come back, in milliseconds. */
const PATIENCE = { timeout: 180_000, interval: 200 };

it(`the primary is killed ${FAILOVERS} times, in the middle of calls`, async () => {
  const cluster = await Cluster.start();
  const isWhole = () => expect.poll(() => cluster.isWhole(), PATIENCE).toBe(true);
  await isWhole();
  const bank = await openBank();
  const database = { url: cluster.url, schema: "failover", leaseMs: LEASE_MS };
  const start = (): Promise<PayingServer> => PayingServer.start({ ...database, bank: bank.url });
  const servers = await Promise.all(Array.from({ length: SERVERS }, start));
  let draws = 0;
  const load = new PayingLoad(servers, () => drawAt(1, "failover", draws++));
  const standstills: number[] = [];
  let isOver = false;
  /** Once the bank has done something, and before it has answered. */
  const inMidCall = (): Promise<void> =>
    new Promise((resolve) => {
      bank.onDone = () => {
        bank.onDone = () => undefined;
        resolve();
      };
    });
  const strike = async (): Promise<void> => {
    for (let index = 0; index < FAILOVERS; index++) {
      await isWhole();
      await inMidCall();
      load.longestStandstill = 0;
      const before = load.answers.size;
      const bringBack = await cluster.killPrimary();
      await expect.poll(() => cluster.hasPrimary, PATIENCE).toBe(true);
      bringBack();
      await expect.poll(() => load.answers.size, PATIENCE).toBeGreaterThan(before + 6);
      standstills.push(load.longestStandstill);
      console.log(`${index + 1}: stood still for ${Math.round(load.longestStandstill)} ms`);
    }
  };
  try {
    await Promise.all([
      load.run(() => !isOver),
      strike().finally(() => {
        isOver = true;
      }),
    ]);
    const store = await openPostgres(database);
    await load.expectEachOnce(store, bank);
    await store.close();
    const sorted = standstills.toSorted((a, b) => a - b).map(Math.round);
    console.log(
      `${FAILOVERS} failovers: ${load.answers.size} calls, each answered; calls stood still for ` +
        `${sorted[Math.floor(sorted.length / 2)]} ms (median), ${sorted.at(-1)} ms at the most.`,
    );
  } finally {
    await Promise.all(servers.map((server) => server.kill()));
    bank.close();
    await cluster.end();
  }
}, 7_200_000);
