/**
 * The end that has the engine: carries out what is called, and passes changes on.
 *
 * 1. Only the methods that are named can be called; what is no message of ours is passed over.
 * 2. Changes go one message at a time: the next waits until the other end has taken the last. What
 *    piles up meanwhile becomes one change of everything: it carries no data.
 * 3. When the port is closed, or the other end dies, every signal that it had given is aborted: what
 *    is under way is rolled back, and the servers that it had entered are dead.
 */
import type { StoreChange, Table } from "../change-message.ts";
import type { Methods, Port, Reply, Request } from "./messages.ts";
import { fromWire, isWireError, toWire } from "./wire-errors.ts";

type Method = (...args: unknown[]) => unknown;

/** A method of the target, bound to it. */
export function methodOf(target: object, name: string): Method {
  return (Reflect.get(target, name) as Method).bind(target);
}

/** More changes than these that wait become one. */
const MOST_WAITING = 1000;

export interface ResponderOptions {
  readonly port: Port;
  readonly name: string;
  readonly methods: Methods;
  /** Finds a method of the target, bound to it. */
  readonly find: (method: string) => Method;
  readonly subscribe?: (listener: (change: StoreChange) => void) => () => void;
  /** What a change of everything names. */
  readonly tables?: readonly Table[];
  readonly limit?: CallLimit | undefined;
  readonly check?: CallCheck | undefined;
}

/** Throws where a call's arguments are not what the method takes: then it is not carried out. */
export type CallCheck = (method: string, args: readonly unknown[]) => void;

/** For an other end that may be anybody: one of ours waits by itself. */
export interface CallLimit {
  /** How many calls may be under way at a time. */
  readonly calls: number;
  /** More were sent: they are not carried out. */
  readonly onMore: () => void;
  /** A call that was under way is answered. */
  readonly onAnswered: () => void;
}

/** @returns ends it, as the death of the other end does, where the port tells of that */
export function respond(options: ResponderOptions): () => void {
  const { port, name, methods, find, subscribe, tables = [], limit, check } = options;
  let underWay = 0;
  const signals = new Map<number, AbortController>();
  const reply = (message: Reply): void => port.postMessage(message);
  const changes = new Outgoing((changes) => reply({ type: "changes", changes }), tables);

  const call = async (request: Request & { readonly type: "call" }): Promise<void> => {
    const { id, method, hasSignal } = request;
    if (limit && underWay >= limit.calls) {
      limit.onMore();
      return;
    }
    underWay++;
    const at = methods[method] ?? {};
    const args = [...request.args];
    const abort = new AbortController();
    if (hasSignal) {
      signals.set(id, abort);
      if (at.signal !== undefined) args[at.signal] = abort.signal;
      if (at.options !== undefined) {
        args[at.options] = { ...(args[at.options] as object | undefined), signal: abort.signal };
      }
    }
    try {
      check?.(method, request.args);
      const value = await find(method)(...args);
      if (!at.outlasts) signals.delete(id);
      reply({ type: "result", id, value });
    } catch (error) {
      signals.delete(id);
      reply({ type: "error", id, error: toWire(error) });
    } finally {
      underWay--;
      limit?.onAnswered();
    }
  };

  port.onmessage = ({ data }) => {
    if (!isRequest(data)) return;
    switch (data.type) {
      case "call":
        if (Object.hasOwn(methods, data.method)) void call(data);
        else {
          const error = toWire(new TypeError(`There is no method "${data.method}" here.`));
          reply({ type: "error", id: data.id, error });
        }
        return;
      case "abort":
        signals.get(data.id)?.abort(fromWire(data.reason));
        signals.delete(data.id);
        return;
      case "more":
        changes.more();
        return;
      case "bye":
        end();
        return;
    }
  };
  const unsubscribe = subscribe?.((change) => changes.add(change));
  reply({ type: "hello", name });
  const end = (): void => {
    unsubscribe?.();
    for (const signal of signals.values()) signal.abort(new Error("The other end is gone."));
    signals.clear();
    port.onmessage = null;
    port.close();
  };
  (port as Partial<EventTarget>).addEventListener?.("close", end);
  return end;
}

/** Changes on their way to the other end. */
class Outgoing {
  #waiting: StoreChange[] = [];
  #isTaken = true;

  constructor(
    private readonly send: (changes: readonly StoreChange[]) => void,
    private readonly tables: readonly Table[],
  ) {}

  add(change: StoreChange): void {
    this.#waiting.push(change);
    if (this.#waiting.length > MOST_WAITING) this.#merge();
    this.#flush();
  }

  more(): void {
    this.#isTaken = true;
    this.#flush();
  }

  #flush(): void {
    if (!this.#isTaken || this.#waiting.length === 0) return;
    this.#isTaken = false;
    this.send(this.#waiting.splice(0));
  }

  /** What tells of a server or a wipe is kept: it is more than a word of what to read again. */
  #merge(): void {
    const kept = this.#waiting.filter(({ server, wiped }) => server !== undefined || wiped);
    this.#waiting = [...kept, { tables: this.tables, remote: true }];
  }
}

function isRequest(data: unknown): data is Request {
  if (typeof data !== "object" || data === null) return false;
  const { type, id, method, args, reason } = data as Readonly<Record<string, unknown>>;
  if (type === "more" || type === "bye") return true;
  if (!Number.isSafeInteger(id)) return false;
  if (type === "abort") return isWireError(reason);
  return type === "call" && typeof method === "string" && Array.isArray(args);
}
