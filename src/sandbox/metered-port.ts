/** Ports whose other end may send what it likes: how much of it, and how large, is bounded. */
import type { Port } from "../store/remote/index.ts";

/** Over all ports of a worker, in a second. */
export const MOST_MESSAGES = 5000;
/** Of one message, in bytes, about. */
export const MOST_BYTES = 64 * 1024 * 1024;
/** What a value takes beside its text or bytes, about. */
const VALUE_BYTES = 8;

export class Meter {
  #since = 0;
  #count = 0;
  #isOver = false;

  /** @param onTooMuch is called once: nothing that comes after it is taken */
  constructor(private readonly onTooMuch: (why: string) => void) {}

  /** The port, which passes on what is within bounds. */
  port(port: MessagePort): Port {
    const metered: Port = {
      onmessage: null,
      postMessage: (message) => port.postMessage(message),
      close: () => {
        port.onmessage = null;
        port.close();
      },
    };
    port.onmessage = (event: MessageEvent<unknown>) => {
      if (this.takes(event.data)) metered.onmessage?.(event);
    };
    return metered;
  }

  /** Whether a message is within bounds. */
  takes(message: unknown): boolean {
    if (this.#isOver) return false;
    const now = performance.now();
    if (now - this.#since > 1000) {
      this.#since = now;
      this.#count = 0;
    }
    if (++this.#count > MOST_MESSAGES) this.#end(`more than ${MOST_MESSAGES} messages in a second`);
    else if (isLarge(message)) this.#end(`a message of more than ${MOST_BYTES >> 20} MB`);
    return !this.#isOver;
  }

  #end(what: string): void {
    this.#isOver = true;
    this.onTooMuch(`The server sent ${what}, and was ended: nothing of that was taken.`);
  }
}

/** By what is in it, as far as it takes to know. */
function isLarge(message: unknown): boolean {
  const left: unknown[] = [message];
  const seen = new Set<object>();
  let bytes = 0;
  while (left.length > 0 && bytes <= MOST_BYTES) {
    const value = left.pop();
    bytes += VALUE_BYTES;
    if (typeof value === "string") bytes += value.length * 2;
    else if (typeof value === "object" && value !== null && !seen.has(value)) {
      seen.add(value);
      if (value instanceof ArrayBuffer) bytes += value.byteLength;
      else if (ArrayBuffer.isView(value)) bytes += value.byteLength;
      else if (value instanceof Map) for (const [key, part] of value) left.push(key, part);
      else if (value instanceof Set) for (const part of value) left.push(part);
      else for (const [name, part] of Object.entries(value)) left.push(name, part);
    }
  }
  return bytes > MOST_BYTES;
}
