/**
 * The end without the engine: sends calls, and takes answers and changes.
 *
 * 1. So many calls are under way at a time; the others wait here, in their order. What may wait for
 *    ever does not count: it would keep the others from being carried out.
 * 2. A call whose signal is aborted while it waits is never sent; the engine is notified of one under way, which
 *    comes to what the engine makes of it.
 * 3. When the port is closed every call that is left rejects: what was under way may have been done.
 */
import type { StoreChange } from "../change-message.ts";
import { deferred, type Deferred } from "../deferred.ts";
import { StoreClosedError } from "../errors.ts";
import type { Methods, Port, Reply, Request } from "./messages.ts";
import { fromWire, isWireError, toWire } from "./wire-errors.ts";

/** How many calls are under way at a time, unless it is said otherwise. */
const AT_ONCE = 64;

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly signal: AbortSignal | undefined;
  /** Takes its listener off the signal, which may live much longer. */
  readonly forget: () => void;
  readonly answer: Deferred<unknown>;
}

export interface CallerOptions {
  readonly port: Port;
  readonly methods: Methods;
  readonly onChange?: (change: StoreChange) => void;
  /** How many calls are under way at a time. */
  readonly atOnce?: number;
}

export class Caller {
  /** Resolves with the name of what stands at the other end, when that has answered. */
  readonly name: Promise<string>;
  readonly #hello = deferred<string>();
  readonly #waiting: Call[] = [];
  readonly #underWay = new Map<number, Call>();
  /** How many of them count. */
  #counted = 0;
  readonly #port: Port;
  readonly #methods: Methods;
  readonly #atOnce: number;
  #ids = 0;
  isClosed = false;

  constructor({ port, methods, onChange, atOnce = AT_ONCE }: CallerOptions) {
    this.#port = port;
    this.#methods = methods;
    this.#atOnce = atOnce;
    this.name = this.#hello.promise;
    port.onmessage = ({ data }) => {
      if (!isReply(data)) return;
      const reply = data;
      if (reply.type === "hello") this.#hello.resolve(reply.name);
      else if (reply.type === "changes") {
        for (const change of reply.changes) onChange?.(change);
        this.#send({ type: "more" });
      } else this.#settle(reply);
    };
    // Where ports tell of the other end's death.
    (port as Partial<EventTarget>).addEventListener?.("close", () => this.close());
  }

  async call(method: string, given: readonly unknown[]): Promise<unknown> {
    if (this.isClosed) throw closed();
    const { args, signal } = this.#withoutSignal(method, given);
    signal?.throwIfAborted();
    const abort = (): void => this.#abort(call);
    const forget = (): void => signal?.removeEventListener("abort", abort);
    const call: Call = { id: ++this.#ids, method, args, signal, forget, answer: deferred() };
    this.#waiting.push(call);
    signal?.addEventListener("abort", abort, { once: true });
    this.#next();
    return await call.answer.promise;
  }

  /** Rejects what is left. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#send({ type: "bye" });
    this.#port.onmessage = null;
    this.#port.close();
    for (const { answer, forget } of [...this.#underWay.values(), ...this.#waiting]) {
      forget();
      answer.reject(closed());
    }
    this.#hello.reject(closed());
    this.#hello.promise.catch(() => undefined);
    this.#underWay.clear();
    this.#waiting.length = 0;
  }

  #withoutSignal(method: string, given: readonly unknown[]) {
    const at = this.#methods[method] ?? {};
    const args = [...given];
    let signal: AbortSignal | undefined;
    if (at.signal !== undefined) {
      signal = args[at.signal] as AbortSignal | undefined;
      args[at.signal] = undefined;
    } else if (at.options !== undefined) {
      const options = (args[at.options] ?? {}) as { readonly signal?: AbortSignal };
      const { signal: own, ...rest } = options;
      signal = own;
      args[at.options] = rest;
    }
    return { args, signal };
  }

  #next(): void {
    for (;;) {
      const [call] = this.#waiting;
      if (!call) return;
      const { id, method, args, signal } = call;
      const counts = !this.#methods[method]?.waits;
      if (counts && this.#counted >= this.#atOnce) return;
      this.#waiting.shift();
      this.#underWay.set(id, call);
      if (counts) this.#counted++;
      try {
        this.#send({ type: "call", id, method, args, hasSignal: signal !== undefined });
      } catch (error) {
        // What cannot be cloned is not sent.
        this.#remove(call);
        call.forget();
        call.answer.reject(error);
      }
    }
  }

  #abort(call: Call): void {
    const { id, signal, answer } = call;
    const at = this.#waiting.indexOf(call);
    if (at !== -1) {
      this.#waiting.splice(at, 1);
      answer.reject(signal?.reason);
    } else if (!this.isClosed) this.#send({ type: "abort", id, reason: toWire(signal?.reason) });
  }

  #settle(reply: Reply & { readonly type: "result" | "error" }): void {
    const call = this.#underWay.get(reply.id);
    if (!call) return;
    this.#remove(call);
    if (reply.type === "error" || !this.#methods[call.method]?.outlasts) call.forget();
    if (reply.type === "result") call.answer.resolve(reply.value);
    // What was aborted rejects with the caller's own reason.
    else call.answer.reject(call.signal?.aborted ? call.signal.reason : fromWire(reply.error));
    this.#next();
  }

  /** It is under way no more. */
  #remove({ id, method }: Call): void {
    this.#underWay.delete(id);
    if (!this.#methods[method]?.waits) this.#counted--;
  }

  #send(request: Request): void {
    this.#port.postMessage(request);
  }
}

/** The methods of what stands at the other end, each named there with the prefix. */
export function methodsOf(
  caller: Caller,
  methods: Methods,
  prefix = "",
): Record<string, (...args: unknown[]) => Promise<unknown>> {
  return Object.fromEntries(
    Object.keys(methods).map((name) => [
      name,
      (...args: unknown[]) => caller.call(prefix + name, args),
    ]),
  );
}

function closed(): StoreClosedError {
  return new StoreClosedError(
    "The connection to the store is closed. What was under way may have been done: open it anew, and look.",
  );
}

/** The other end may be anybody's: what is no reply of ours is passed over. */
function isReply(data: unknown): data is Reply {
  if (typeof data !== "object" || data === null) return false;
  const { type, id, name, changes, error } = data as Readonly<Record<string, unknown>>;
  switch (type) {
    case "hello":
      return typeof name === "string";
    case "changes":
      return Array.isArray(changes);
    case "result":
      return Number.isSafeInteger(id);
    case "error":
      return Number.isSafeInteger(id) && isWireError(error);
    default:
      return false;
  }
}
