/** Channels between connections in one process, for engines whose data no other process reaches. */
import type { FeedChannel } from "./change-feed.ts";

export class LocalChannels {
  readonly #open = new Set<LocalChannel>();

  /** One more end, which hears what the other ends of its topic say. */
  open(topic: string): FeedChannel {
    const channel = new LocalChannel(topic, this.#open);
    this.#open.add(channel);
    return channel;
  }
}

class LocalChannel implements FeedChannel {
  onmessage: FeedChannel["onmessage"] = null;

  constructor(
    private readonly topic: string,
    private readonly all: Set<LocalChannel>,
  ) {}

  postMessage(message: unknown): void {
    for (const other of this.all) {
      if (other === this || other.topic !== this.topic) continue;
      const data: unknown = structuredClone(message);
      queueMicrotask(() => other.onmessage?.({ data } as MessageEvent<unknown>));
    }
  }

  close(): void {
    this.all.delete(this);
    this.onmessage = null;
  }
}
