/**
 * Servers on one database, killed and stopped in the middle of calls, by process id: every call ends, nothing
 * that must be done once is done twice, and a server that comes back changes nothing.
 */
import { expect, inject, it } from "vitest";
import { drawAt } from "../../durable/index.ts";
import { openPostgres } from "../../store/postgres/index.ts";
import { PayingLoad } from "../../testing/paying-load.ts";
import { openBank, PayingServer } from "../../testing/paying-servers.ts";

const many = (name: string, few: number): number => Number(process.env[name] ?? few);
const KILLS = many("SERVER_KILLS", 2);
const STOPS = many("SERVER_STOPS", 1);
const SEED = many("SERVER_SEED", 1);
const LEASE_MS = 1500;

it.each([2, 3])(
  `%d servers, ${KILLS} × SIGKILL and ${STOPS} × SIGSTOP in the middle of calls`,
  async (count) => {
    const bank = await openBank();
    const schema = `kills_${crypto.randomUUID().replaceAll("-", "")}`;
    const database = { url: inject("postgresUrl") ?? "", schema, leaseMs: LEASE_MS };
    const store = await openPostgres(database);
    const start = (): Promise<PayingServer> => PayingServer.start({ ...database, bank: bank.url });
    const servers = await Promise.all(Array.from({ length: count }, start));

    /** Which the servers' journal says are dead. */
    const untilTakenOver = async (owners: readonly string[]): Promise<void> => {
      await expect
        .poll(
          async () => {
            const running = await store.readPendingInvocations("running");
            return running.filter(({ last }) => owners.includes(last.owner)).length;
          },
          { interval: 20 },
        )
        .toBe(0);
    };
    const ownersOf = async (invocation: string): Promise<string[]> => {
      const found = await store.readInvocation(invocation);
      return found ? [found.last.owner] : [];
    };

    let draws = 0;
    const draw = (): number => drawAt(SEED, "kills", count, draws++);
    const ways = [
      ...Array.from({ length: KILLS }, () => "kill" as const),
      ...Array.from({ length: STOPS }, () => "stop" as const),
    ].sort(() => draw() - 0.5);
    const takeovers: number[] = [];
    let isBusy = false;
    let trouble: Promise<void> = Promise.resolve();
    const strike = async (server: PayingServer, invocation: string, how: "kill" | "stop") => {
      const owners = await ownersOf(invocation);
      const begun = performance.now();
      if (how === "kill") {
        await server.kill();
        servers.splice(servers.indexOf(server), 1);
        await untilTakenOver(owners);
        takeovers.push(performance.now() - begun);
        servers.push(await start());
      } else {
        process.kill(server.pid, "SIGSTOP");
        await untilTakenOver(owners);
        takeovers.push(performance.now() - begun);
        const deaths = server.count("server died");
        const starts = server.count("server started");
        process.kill(server.pid, "SIGCONT");
        await server.until("server died", deaths + 1);
        await server.until("server started", starts + 1);
      }
    };
    bank.onDone = ({ pid, invocation }) => {
      const server = servers.find((each) => each.pid === pid);
      const [how] = ways;
      if (!server || !how || isBusy || draw() > 0.3) return;
      isBusy = true;
      ways.shift();
      trouble = trouble
        .then(() => strike(server, invocation, how))
        .catch((error: unknown) => {
          // It is told below, when the calls that are under way have ended.
          ways.length = 0;
          throw error;
        })
        .finally(() => {
          isBusy = false;
        });
      // Half of them before the answer, the others after it.
      return draw() < 0.5 ? trouble.catch(() => undefined) : undefined;
    };

    const load = new PayingLoad(servers, draw);
    await load.run(() => ways.length > 0 || isBusy);
    await trouble;
    await load.expectEachOnce(store, bank);
    console.log(
      `${count} servers: ${load.answers.size} calls, each answered; takeover after ` +
        `${Math.round(Math.max(...takeovers))} ms at the most, at a lease of ${LEASE_MS} ms.`,
    );
    await Promise.all(servers.map((server) => server.kill()));
    await store.close();
    bank.close();
  },
  3_600_000,
);
