/** Calls that wait for a test: a lab of its own with a stepper, and a tool that passes every fault point. */
import { afterEach, beforeEach } from "vitest";
import { z } from "zod";
import {
  atMostOnce,
  effect,
  NetworkError,
  SortedMap,
  toBytes,
  type FaultInjector,
} from "../durable/index.ts";
import { Stepper, type Pause } from "../host/index.ts";
import type { DurableMcpServer } from "../mcp/index.ts";
import type { LedgerRow } from "../store/index.ts";
import { ok, openLab, type Lab } from "./lab.ts";

export interface SteppedLab {
  /** Of the test that runs. */
  readonly lab: Lab;
  readonly stepper: Stepper;
  /** Has calls wait where the stepper says. */
  readonly faults: FaultInjector;
  /** What waits now. */
  readonly pauses: readonly Pause[];
  /** Resolves when so many calls wait. */
  readonly waiting: (count: number) => Promise<readonly Pause[]>;
  /** The one that waits, once one does. */
  readonly waits: () => Promise<Pause>;
  /** Serves the tool `pay`, unless other tools are given, with the stepper's faults. */
  readonly serve: (register?: (server: DurableMcpServer) => void) => ReturnType<Lab["serve"]>;
  /** Registers the tool `pay`. */
  readonly pays: (server: DurableMcpServer) => void;
  /** What really happened. */
  readonly rows: () => Promise<LedgerRow[]>;
}

const payments = SortedMap.ref("payments");

/** For the tests of a file. */
export function steppedLab(): SteppedLab {
  let lab: Lab;
  let stepper: Stepper;
  let pauses: readonly Pause[];
  let heard: () => void;
  beforeEach(async () => {
    lab = await openLab();
    pauses = [];
    heard = () => undefined;
    stepper = new Stepper((now) => {
      pauses = now;
      heard();
    });
  });
  afterEach(() => lab.close());

  const waiting = async (count: number): Promise<readonly Pause[]> => {
    await new Promise<void>((resolve) => {
      heard = () => {
        if (pauses.length === count) resolve();
      };
      heard();
    });
    return pauses;
  };
  const faults: FaultInjector = {
    strike: () => Promise.resolve(undefined),
    pause: (...passing) => stepper.pause(...passing),
  };
  const pays = (server: DurableMcpServer): void => {
    lab.world.simulate("bank.pay", { answers: ["paid"] });
    server.registerTool("pay", { inputSchema: { amount: z.number() } }, async (args, context) => {
      const paid = await atMostOnce(
        "payment",
        context,
        (inner) => effect(inner, "bank.pay", args, () => "never"),
        { schema: z.string(), retryableErrors: [NetworkError], retryPolicy: { maxAttempts: 2 } },
      );
      await payments.insert(context, { entries: { one: toBytes(paid) } });
      return ok(paid);
    });
  };
  return {
    get lab() {
      return lab;
    },
    get stepper() {
      return stepper;
    },
    get pauses() {
      return pauses;
    },
    faults,
    waiting,
    waits: async () => {
      const [pause] = await waiting(1);
      if (!pause) throw new Error("Nothing waits.");
      return pause;
    },
    serve: (register = pays) => lab.serve(register, { faults }),
    pays,
    rows: () => lab.world.ledger.rows({ limit: 99 }),
  };
}
