/** Several ports over one way of messages: a process's channel, or a socket. */
import type { Port } from "../store/remote/index.ts";

/** What passes over the way. */
interface Parcel {
  readonly port: string;
  readonly data: unknown;
}

export interface ManyPorts<Name extends string> {
  readonly port: (name: Name) => Port;
  /** Something has arrived; what is none of ours is passed over. */
  readonly take: (message: unknown) => void;
  /** The other end is gone: every port tells so. */
  readonly end: () => void;
}

/**
 * @param names of the ports at both ends
 * @param send passes a message to the other end; it drops what that cannot take any more
 */
export function manyPorts<Name extends string>(
  names: readonly Name[],
  send: (message: unknown) => void,
): ManyPorts<Name> {
  const ports = new Map<string, OnePort>(
    names.map((port) => [port, new OnePort((data) => send({ port, data } satisfies Parcel))]),
  );
  return {
    port: (name) => {
      const port = ports.get(name);
      if (!port) throw new RangeError(`There is no port “${name}”.`);
      return port;
    },
    take: (message) => {
      if (!isParcel(message)) return;
      ports.get(message.port)?.take(message.data);
    },
    end: () => {
      for (const port of ports.values()) port.end();
    },
  };
}

class OnePort implements Port {
  #onmessage: Port["onmessage"] = null;
  /** What arrived before anybody listened. */
  #waiting: unknown[] = [];
  #isClosed = false;
  readonly #onClose = new Set<() => void>();

  constructor(private readonly send: (data: unknown) => void) {}

  get onmessage(): Port["onmessage"] {
    return this.#onmessage;
  }

  set onmessage(listener: Port["onmessage"]) {
    this.#onmessage = listener;
    if (!listener) return;
    for (const data of this.#waiting.splice(0)) this.take(data);
  }

  addEventListener(_type: "close", listener: () => void): void {
    this.#onClose.add(listener);
  }

  postMessage(data: unknown): void {
    if (!this.#isClosed) this.send(data);
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
  }

  take(data: unknown): void {
    if (this.#isClosed) return;
    if (this.#onmessage) this.#onmessage(new MessageEvent("message", { data }));
    else this.#waiting.push(data);
  }

  end(): void {
    if (this.#isClosed) return;
    for (const listener of this.#onClose) listener();
    this.close();
  }
}

function isParcel(message: unknown): message is Parcel {
  if (typeof message !== "object" || message === null) return false;
  return typeof (message as Partial<Parcel>).port === "string" && "data" in message;
}
