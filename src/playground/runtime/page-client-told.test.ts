/** What a server tells the page's client by itself: of resources, and its log. */
import { z } from "zod";
import { afterEach, describe, expect, it } from "vitest";
import { addTool, exampleOf, playgroundLab } from "../../testing/example.ts";
import { mapUri, type DurableMcpServer } from "../../mcp/index.ts";
import type { World } from "../../world/index.ts";
import type { Playground } from "./playground.ts";
import type { ClientView } from "./state.ts";
import { ping, readResource, setLogLevel, toggleSubscription } from "./page-requests.ts";

const lab = playgroundLab();
afterEach(() => lab.close());

const open = (register?: (server: DurableMcpServer, world: World) => void): Promise<Playground> =>
  lab.open(exampleOf(register));

/** What the client sees of a call when it waits no longer. */
async function seen({ until, snapshot }: Playground, id: string): Promise<ClientView | undefined> {
  await until(({ client }) => client.get(id)?.state !== "waiting");
  return snapshot().client.get(id);
}

describe("resources", () => {
  const payments = mapUri("payments");

  it("are read; one that is not there is told and is undefined", async () => {
    const playground = await open();
    await seen(playground, playground.client.call("pay", { amount: 5 }));
    expect(await readResource(playground.client, payments)).toMatchObject([{ uri: payments }]);
    expect(playground.snapshot().problem).toBeUndefined();
    expect(await readResource(playground.client, "nothing://here")).toBeUndefined();
    expect(playground.snapshot().problem).toBeDefined();
  });

  it("that are subscribed to count what is told of them, over a restart too, until that is ended", async () => {
    const playground = await open();
    const count = (): number | undefined => playground.snapshot().subscriptions.get(payments);
    await toggleSubscription(playground.client, payments);
    expect(count()).toBe(0);
    await seen(playground, playground.client.call("pay", { amount: 5 }));
    await playground.until(() => (count() ?? 0) > 0);
    const before = count() ?? 0;
    await playground.restart();
    await seen(playground, playground.client.call("pay", { amount: 6 }));
    await playground.until(() => (count() ?? 0) > before);
    await toggleSubscription(playground.client, payments);
    expect(count()).toBeUndefined();
    await seen(playground, playground.client.call("pay", { amount: 7 }));
    await ping(playground.client);
    expect(count()).toBeUndefined();
  });

  it("that are told of unasked are not subscribed to by that", async () => {
    const playground = await open((server) =>
      addTool(server, "tell", (context) =>
        context.notify({ method: "notifications/resources/updated", params: { uri: payments } }),
      ),
    );
    await seen(playground, playground.client.call("tell", {}));
    expect(playground.snapshot().protocol).toContainEqual(
      expect.objectContaining({ method: "notifications/resources/updated" }),
    );
    expect([...playground.snapshot().subscriptions]).toEqual([]);
  });

  it("begun at the same time are all subscribed to", async () => {
    const playground = await open();
    const uris = ["a", "b", "c"].map((name) => mapUri(name));
    await Promise.all(uris.map((uri) => toggleSubscription(playground.client, uri)));
    expect([...playground.snapshot().subscriptions.keys()].sort()).toEqual(uris);
    await Promise.all(uris.map((uri) => toggleSubscription(playground.client, uri)));
    expect([...playground.snapshot().subscriptions]).toEqual([]);
  });

  it("of a server that is gone are told, and stay as they were", async () => {
    const playground = await open();
    await toggleSubscription(playground.client, payments);
    playground.crash();
    await toggleSubscription(playground.client, payments);
    expect(playground.snapshot().problem).toBeDefined();
    expect([...playground.snapshot().subscriptions.keys()]).toEqual([payments]);
    playground.dismiss();
    await ping(playground.client);
    expect(playground.snapshot().problem).toContain("Not connected");
  });
});

describe("the server's log", () => {
  const register = (server: DurableMcpServer): void =>
    server.registerTool(
      "say",
      { inputSchema: { level: z.string() } },
      async ({ level }, context) => {
        await context.log(level as "info", { said: level });
        return { content: [] };
      },
    );
  const lines = ({ snapshot }: Playground): string[] =>
    snapshot()
      .log.filter(({ text }) => text.includes("said"))
      .map(({ level, text }) => `${level} ${text}`);

  it("stands in the page's, from the level on that is asked for, with the next server too", async () => {
    const playground = await open(register);
    const say = async (level: string): Promise<void> => {
      await seen(playground, playground.client.call("say", { level }));
    };
    await say("debug");
    await say("error");
    const expected: unknown[] = [
      expect.stringMatching(/^debug .*\{"said":"debug"\}$/),
      expect.stringMatching(/^error .*\{"said":"error"\}$/),
    ];
    await expect.poll(() => lines(playground)).toEqual(expected);
    await setLogLevel(playground.client, "warning");
    expect(playground.snapshot().logLevel).toBe("warning");
    await say("info");
    await playground.restart();
    await say("info");
    await say("critical");
    await expect
      .poll(() => lines(playground))
      .toEqual([...expected, expect.stringMatching(/^critical .*critical/)]);
  });
});
