/**
 * Tells of committed changes, in this tab and in the others. A change names what to read again; it
 * carries no data, so that a lost or doubled one does no harm.
 */
import { MOST_CHANGES, readChanges, type StoreChange } from "./change-message.ts";

/** Called after each commit that this connection made or heard of. */
export type ChangeListener = (change: StoreChange) => void;

/** What a feed needs of a `BroadcastChannel`. */
export interface FeedChannel {
  onmessage: ((message: MessageEvent<unknown>) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** The channel between all connections of this origin to the database `name`. */
export function originChannel(name: string): FeedChannel | undefined {
  if (typeof BroadcastChannel === "undefined") return undefined;
  const channel = new BroadcastChannel(`durable-mcp:${name}`);
  // Node would stay alive for an open channel.
  (channel as { unref?: () => void }).unref?.();
  return channel;
}

/** A message costs as much as a small write: those of a moment, which other tabs do not see, go in one. */
const SEND_AFTER_MS = 50;

export class ChangeFeed {
  readonly #listeners = new Set<ChangeListener>();
  readonly #channel: FeedChannel | undefined;

  /** What other tabs are not notified of yet. */
  readonly #outgoing: Omit<StoreChange, "remote">[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @param channel to other connections, where there can be some */
  constructor(channel: FeedChannel | undefined) {
    this.#channel = channel;
    if (!channel) return;
    channel.onmessage = ({ data }) => {
      for (const change of readChanges(data)) this.#notify(change);
    };
  }

  emit(change: Omit<StoreChange, "remote">): void {
    // A write that was under way when the store was closed is committed all the same.
    if (this.#closed) return;
    this.#outgoing.push(change);
    this.#timer ??= setTimeout(() => this.#send(), SEND_AFTER_MS);
    this.#notify({ ...change, remote: false });
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#outgoing.length > 0) {
      this.#channel?.postMessage(this.#outgoing.splice(0, MOST_CHANGES));
    }
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends what waits; tells nobody any more. */
  close(): void {
    this.#closed = true;
    this.#send();
    this.#channel?.close();
    this.#listeners.clear();
  }

  #notify(change: StoreChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        // The write is committed: a listener's own fault must not pass for the write's.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
