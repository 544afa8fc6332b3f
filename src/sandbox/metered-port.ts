/** Ports whose other end may send what it likes: how much of it, and how large, is bounded. */
import type { CallLimit, Port } from "../store/remote/index.ts";

/** At once, over all ports of a worker, but for calls that are answered. */
export const MOST_MESSAGES = 5000;
/** The same of what passes between clients and tools. */
export const MOST_OF_LINE = 20_000;
/** So many may come again after a second: a page that does nothing but read messages reads more, also where it is slow. */
export const MESSAGES_PER_SECOND = 2500;
/** Of all that arrives at once, in bytes, about. */
export const MOST_BYTES = 64 * 1024 * 1024;
/** So many may come again after a second. */
export const BYTES_PER_SECOND = 2 * MOST_BYTES;
/** How many calls a worker may have under way on a port: one that means well has 64, and those that wait. */
export const MOST_CALLS = 1000;
/** What a value takes beside its text or bytes, about. */
const VALUE_BYTES = 8;
/** What an object takes beside its parts, about. */
const OBJECT_BYTES = 56;
/** How deeply values lie within one another. */
const MOST_DEPTH = 2000;

export interface MeteredPort extends Port {
  readonly addEventListener: (type: string, listener: () => void) => void;
}

export class Meter {
  #count = 0;
  #ofLine = 0;
  #bytes = 0;
  /** When it last took a message, by `performance.now()`. */
  #at = 0;
  #isOver = false;

  /**
   * @param who sends, in words
   * @param onTooMuch is called once: nothing that comes after it is taken
   */
  constructor(
    private readonly who: string,
    private readonly onTooMuch: (why: string) => void,
  ) {}

  /**
   * The port, which passes on what is within bounds.
   *
   * @param isLine what passes over it is as much as clients and tools have to say
   */
  port(port: MessagePort, isLine = false): MeteredPort {
    const metered: MeteredPort = {
      onmessage: null,
      // It tells of the other end's death, where the browser does.
      addEventListener: (type, listener) => port.addEventListener(type, listener),
      postMessage: (message) => port.postMessage(message),
      close: () => {
        port.onmessage = null;
        port.close();
      },
    };
    port.onmessage = (event: MessageEvent<unknown>) => {
      if (this.takes(event.data, isLine)) metered.onmessage?.(event);
    };
    return metered;
  }

  /** Whether a message is within bounds. */
  takes(message: unknown, isLine = false): boolean {
    if (this.#isOver) return false;
    this.#drain();
    if (isLine) this.#ofLine++;
    else this.#count++;
    if (this.#count > MOST_MESSAGES) this.#end(`more than ${MOST_MESSAGES} messages at once`);
    else if (this.#ofLine > MOST_OF_LINE) this.#end(`more than ${MOST_OF_LINE} messages at once`);
    else {
      this.#bytes += bytesOf(message, MOST_BYTES - this.#bytes);
      if (this.#bytes > MOST_BYTES) this.#end(`more than ${MOST_BYTES >> 20} MB at once`);
    }
    return !this.#isOver;
  }

  #drain(): void {
    const now = performance.now();
    const seconds = (now - this.#at) / 1000;
    this.#at = now;
    this.#count = Math.max(0, this.#count - seconds * MESSAGES_PER_SECOND);
    this.#ofLine = Math.max(0, this.#ofLine - seconds * MESSAGES_PER_SECOND);
    this.#bytes = Math.max(0, this.#bytes - seconds * BYTES_PER_SECOND);
  }

  /** Of a port's calls. */
  get limit(): CallLimit {
    return {
      calls: MOST_CALLS,
      onMore: () => this.#end(`more than ${MOST_CALLS} calls at a time`),
      // Who waits for answers sends no faster than the page is.
      onAnswered: () => {
        this.#count = Math.max(0, this.#count - 1);
      },
    };
  }

  #end(what: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.onTooMuch(`${this.who} sent ${what}, and was ended: nothing of that was taken.`);
  }
}

/**
 * About how large a message is for whoever reads it, as far as it takes to know that it is larger than
 * `most`. What is in it twice counts twice: a list of lists of the same list is as large as it reads.
 */
function bytesOf(message: unknown, most: number): number {
  const path = new Set<object>();
  let bytes = 0;
  const read = (value: unknown): void => {
    bytes += VALUE_BYTES;
    if (typeof value === "string") bytes += value.length * 2;
    else if (typeof value === "bigint") bytes += value.toString(16).length / 2;
    else if (value instanceof ArrayBuffer) bytes += value.byteLength;
    else if (ArrayBuffer.isView(value)) bytes += value.buffer.byteLength;
    else if (typeof value === "object" && value !== null && !path.has(value)) {
      // What is nested deeper than anybody reads is more than any server sends.
      if (path.size > MOST_DEPTH) bytes = Infinity;
      path.add(value);
      bytes += OBJECT_BYTES;
      // Also what is not there is counted when it is read.
      if (Array.isArray(value)) bytes += value.length * VALUE_BYTES;
      for (const part of partsOf(value)) {
        if (bytes > most) break;
        read(part);
      }
      path.delete(value);
    }
  };
  read(message);
  return bytes;
}

function* partsOf(value: object): Generator {
  if (value instanceof Map) {
    for (const [key, part] of value) {
      yield key;
      yield part;
    }
  } else if (value instanceof Set) yield* value;
  else if (value instanceof RegExp) yield value.source;
  else if (Array.isArray(value)) yield* value as unknown[];
  else {
    if (value instanceof Error) {
      yield value.message;
      yield value.stack;
      yield value.cause;
    }
    // What was cloned inherits nothing.
    for (const name in value) {
      yield name;
      yield Reflect.get(value, name);
    }
  }
}
