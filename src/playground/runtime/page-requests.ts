/** What a person asks the server for beside calls, by the page's client. Loaded with what shows it. */
import type { LoggingLevel } from "@modelcontextprotocol/sdk/types.js";
import type { PageClient } from "./page-client.ts";

/** Asks the server for log messages of a level and above, and every later one, too. */
export async function setLogLevel(page: PageClient, level: LoggingLevel): Promise<void> {
  await page.ask(async (client, cell) => {
    cell.set({ logLevel: level });
    await client.setLoggingLevel(level);
  });
}

/** Asks whether the server answers. */
export async function ping(page: PageClient): Promise<void> {
  await page.ask((client) => client.ping());
}

/** Reads a resource; `undefined` where it could not be read, which is reported. */
export async function readResource(page: PageClient, uri: string): Promise<unknown> {
  return await page.ask(async (client) => (await client.readResource({ uri })).contents);
}

/** Begins or ends a subscription to a resource. */
export async function toggleSubscription(page: PageClient, uri: string): Promise<void> {
  await page.ask(async (client, cell) => {
    const wasOn = cell.state.subscriptions.has(uri);
    if (wasOn) await client.unsubscribeResource({ uri });
    else await client.subscribeResource({ uri });
    // As they are now: others may have changed meanwhile.
    const subscriptions = new Map(cell.state.subscriptions);
    if (wasOn) subscriptions.delete(uri);
    else subscriptions.set(uri, 0);
    cell.set({ subscriptions });
  });
}
