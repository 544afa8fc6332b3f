/** The classic cases of failure, ready to arm. */
import type { PlannedFault } from "./settings.ts";

export interface Preset {
  readonly id: string;
  readonly name: string;
  /** What will happen, and what to look for. */
  readonly about: string;
  readonly faults: readonly PlannedFault[];
}

export const presets: readonly Preset[] = [
  {
    id: "network-twice",
    name: "Network error twice, then success",
    about: "The bank cannot be reached two times. The guard retries; the payment is charged once.",
    faults: [{ point: "effect:before", kind: "retryable", when: { first: 2 } }],
  },
  {
    id: "rejected",
    name: "Payment rejected",
    about: "The bank refuses for good. Nothing is charged, and no retry tries again.",
    faults: [
      {
        point: "effect:before",
        match: { service: "bank" },
        kind: "non-retryable",
        error: "PaymentRejectedError",
        when: { nth: 1 },
      },
    ],
  },
  {
    id: "crash-before",
    name: "Crash before the charge",
    about: "The server dies with the guard started and nothing charged. It may not run again.",
    faults: [{ point: "effect:before", kind: "crash", when: { nth: 1 } }],
  },
  {
    id: "crash-after",
    name: "Crash after the charge, before it is recorded",
    about: "The bank has charged, the server dies before it knows. It must not charge again.",
    faults: [{ point: "effect:after", kind: "crash", when: { nth: 1 } }],
  },
  {
    id: "response-lost",
    name: "Response lost after success",
    about: "The work is done, the answer never arrives. A retry is answered from the store.",
    faults: [{ point: "call:before-response", kind: "lose-response", when: { nth: 1 } }],
  },
  {
    id: "error-after",
    name: "Network error after the charge",
    about: "The callable calls retryable what already happened: two charges, and its own fault.",
    faults: [{ point: "effect:after", kind: "retryable", when: { nth: 1 } }],
  },
  {
    id: "hang",
    name: "The bank never answers",
    about: "The call hangs after the charge, until you cancel it, crash the server or release it.",
    faults: [{ point: "effect:after", kind: "hang", when: { nth: 1 } }],
  },
];
