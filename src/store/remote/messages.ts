/** What passes between the two ends of a port. */
import type { StoreChange } from "../change-message.ts";

/** What is needed of a `MessagePort`, or of a worker's global scope. */
export interface Port {
  onmessage: ((message: MessageEvent<unknown>) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** To the end that has the engine. */
export type Request =
  | {
      readonly type: "call";
      readonly id: number;
      readonly method: string;
      readonly args: readonly unknown[];
      /** The call has a signal: an `abort` of the same id may follow, also after its answer. */
      readonly hasSignal: boolean;
    }
  | { readonly type: "abort"; readonly id: number; readonly reason: WireError }
  /** The changes of the last message were taken: more may come. */
  | { readonly type: "more" }
  /** This end closes its port: not every browser tells the other. */
  | { readonly type: "bye" };

/** From the end that has the engine. */
export type Reply =
  | { readonly type: "hello"; readonly name: string }
  | { readonly type: "result"; readonly id: number; readonly value: unknown }
  | { readonly type: "error"; readonly id: number; readonly error: WireError }
  | { readonly type: "changes"; readonly changes: readonly StoreChange[] };

/** An error as plain data: a structured clone would lose its class and its name. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly cause?: WireError;
}

/**
 * Which methods can be called over a port, and where each takes its signal: as the `signal` of its
 * options at that place, or itself as the argument there.
 */
export type Methods = Readonly<Record<string, MethodShape>>;

export interface MethodShape {
  readonly options?: number;
  readonly signal?: number;
  /** The signal tells something also after the answer: the death of a server that was entered. */
  readonly outlasts?: true;
  /** It may wait for ever, and is none of the calls that are under way at a time. */
  readonly waits?: true;
}
