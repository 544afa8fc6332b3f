/** The file on the disk that the page was opened on. Loaded where there is one. */
import { toolFileSchema } from "../../sandbox/index.ts";
import { ownServers } from "./own-servers.ts";

/** How long the page waits for what it was opened on, in milliseconds. */
const PATIENCE_MS = 3000;

/**
 * Follows the file: what is saved is taken when it is built. Resolves with the first state, or without
 * one where nobody tells it.
 *
 * @param url of the events
 */
export async function followToolFile(url: string): Promise<void> {
  const first = Promise.withResolvers<undefined>();
  const events = new EventSource(url);
  events.onmessage = ({ data }: MessageEvent<string>) => {
    const file = toolFileSchema.parse(JSON.parse(data));
    ownServers.setFile(file);
    openByItself(file.servers[0]?.id);
    first.resolve(undefined);
  };
  // It tries again by itself; meanwhile the page is there without the file.
  events.onerror = () => {
    ownServers.loseFile();
    first.resolve(undefined);
  };
  // A browser opens so many connections to one server, and lets the next wait without a word.
  setTimeout(first.resolve, PATIENCE_MS);
  await first.promise;
}

/** A page that was asked for nothing else shows it. */
function openByItself(id: string | undefined): void {
  const url = new URL(location.href);
  if (id === undefined || url.searchParams.has("example")) return;
  url.searchParams.set("example", id);
  history.replaceState(history.state, "", url);
}
