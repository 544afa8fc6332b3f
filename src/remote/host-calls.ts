/** What the server may ask of its host, by data that it may have made up: faults and pauses are on the host's side. */
import {
  errorNameOf,
  FAULT_POINTS,
  type Fault,
  type FaultDetail,
  type FaultInjector,
  type FaultPoint,
  type Passing,
} from "../durable/index.ts";
import type { InspectableStore } from "../store/index.ts";
import { detailSchema, passingSchema } from "./checks.ts";
import type { Life } from "./life.ts";
import type { HostCalls, PlainFault } from "./messages.ts";

export interface HostSide {
  readonly store: InspectableStore;
  /** As they are set now. */
  readonly faults: () => FaultInjector | undefined;
  /** A fault lets a call hang. */
  readonly onHang: () => void;
  /** The server has crashed of itself. */
  readonly onCrashed: () => void;
  /** What it had recorded by then is written. */
  readonly onFlushed: () => void;
  readonly onReport: (message: string) => void;
}

/** In characters. */
const LONGEST_REPORT = 10_000;
/** At a time. */
const MOST_EXECUTIONS = 10_000;

export function hostCalls({ executions }: Life, host: HostSide): HostCalls {
  const { store } = host;
  const pauses = new Map<number, Promise<Fault | undefined>>();
  let count = 0;
  const signalOf = (invocation: string, execution: number): AbortSignal => {
    const key = `${invocation}/${execution}`;
    if (executions.size >= MOST_EXECUTIONS && !executions.has(key)) {
      throw new RangeError(`No more than ${MOST_EXECUTIONS} executions at a time.`);
    }
    const known = executions.get(key) ?? new AbortController();
    executions.set(key, known);
    return known.signal;
  };
  const anybody = new AbortController().signal;
  return {
    strike: async (point: FaultPoint, given: FaultDetail) => {
      const detail = detailSchema.parse(given);
      const fault = FAULT_POINTS.includes(point)
        ? await host.faults()?.strike(point, detail, store, anybody)
        : undefined;
      if (fault?.kind === "hang") host.onHang();
      return fault && plainOf(fault);
    },
    pause: async (given: Passing) => {
      await Promise.resolve();
      const passing = passingSchema.parse(given);
      const signal = signalOf(passing.invocation, passing.execution);
      const pausing = host.faults()?.pause?.(passing, signal, () => undefined);
      if (!pausing) return undefined;
      pauses.set(++count, pausing);
      return count;
    },
    decided: async (pause) => {
      const fault = await pauses.get(pause);
      pauses.delete(pause);
      return fault && plainOf(fault);
    },
    ended: async (invocation, execution) => {
      await Promise.resolve();
      const key = `${invocation}/${execution}`;
      executions.get(key)?.abort();
      executions.delete(key);
    },
    crashed: async () => {
      await Promise.resolve();
      host.onCrashed();
    },
    flushed: async () => {
      await Promise.resolve();
      host.onFlushed();
    },
    report: async (message) => {
      await Promise.resolve();
      host.onReport(
        message.length > LONGEST_REPORT ? `${message.slice(0, LONGEST_REPORT)}…` : message,
      );
    },
  };
}

function plainOf(fault: Fault): PlainFault {
  const { error, ...plain } = fault;
  return error === undefined ? plain : { ...plain, error: errorNameOf(fault) };
}
