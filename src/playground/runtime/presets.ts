/** The classic cases of failure, ready to arm. */
import { exampleNamed } from "../../examples/index.ts";
import type { PlannedFault } from "../../host/index.ts";

export interface Preset {
  readonly id: string;
  readonly name: string;
  /** What will happen, and what to look for. */
  readonly about: string;
  readonly faults: readonly PlannedFault[];
  /** The example that it is a case of, or a server of a person's own; every one unless given. */
  readonly example?: string;
}

/** The presets that say something of an example, or of a server of a person's own. */
export function presetsOf(name: string): readonly Preset[] {
  const of = exampleNamed(name) ? name : OWN;
  return presets.filter(({ example }) => example === undefined || example === of);
}

const OWN = "own";

export const presets: readonly Preset[] = [
  {
    id: "network-twice",
    example: "processing",
    name: "Network error twice, then success",
    about: "The bank cannot be reached two times. The guard retries; the payment is charged once.",
    faults: [{ point: "effect:before", kind: "retryable", when: { first: 2 } }],
  },
  {
    id: "rejected",
    example: "processing",
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
    example: "processing",
    name: "Crash before the charge",
    about: "The server dies with the guard started and nothing charged. It may not run again.",
    faults: [{ point: "effect:before", kind: "crash", when: { nth: 1 } }],
  },
  {
    id: "crash-after",
    example: "processing",
    name: "Crash after the charge, before it is recorded",
    about: "The bank has charged, the server dies before it knows. It must not charge again.",
    faults: [{ point: "effect:after", kind: "crash", when: { nth: 1 } }],
  },
  {
    id: "own-network-twice",
    example: OWN,
    name: "A service cannot be reached twice",
    about: "What is retried inside a guard gets through the third time; what is not fails.",
    faults: [{ point: "effect:before", kind: "retryable", when: { first: 2 } }],
  },
  {
    id: "own-crash-before",
    example: OWN,
    name: "Crash before an effect",
    about: "The server dies when nothing has happened outside yet.",
    faults: [{ point: "effect:before", kind: "crash", when: { nth: 1 } }],
  },
  {
    id: "own-crash-after",
    example: OWN,
    name: "Crash after an effect, before it is recorded",
    about: "It has happened, and the server dies before it knows. See whether it happens again.",
    faults: [{ point: "effect:after", kind: "crash", when: { nth: 1 } }],
  },
  {
    id: "own-hang",
    example: OWN,
    name: "A service never answers",
    about: "The call hangs after the effect, until you cancel it, crash the server or release it.",
    faults: [{ point: "effect:after", kind: "hang", when: { nth: 1 } }],
  },
  {
    id: "response-lost",
    name: "Response lost after success",
    about: "The work is done, the answer never arrives. A retry is answered from the store.",
    faults: [{ point: "call:before-response", kind: "lose-response", when: { nth: 1 } }],
  },
  {
    id: "error-after",
    example: "processing",
    name: "Network error after the charge",
    about: "The callable calls retryable what already happened: two charges, and its own fault.",
    faults: [{ point: "effect:after", kind: "retryable", when: { nth: 1 } }],
  },
  {
    id: "hang",
    example: "processing",
    name: "The bank never answers",
    about: "The call hangs after the charge, until you cancel it, crash the server or release it.",
    faults: [{ point: "effect:after", kind: "hang", when: { nth: 1 } }],
  },
  {
    id: "between-steps",
    example: "steps",
    name: "Crash between the two steps",
    about: "The user is stored, the profile not begun. The resumed call repeats only the second.",
    faults: [
      {
        point: "guard:before-start",
        match: { alias: "create_profile" },
        kind: "crash",
        when: { nth: 1 },
      },
    ],
  },
  {
    id: "ocr-twice",
    example: "document",
    name: "The reading service fails twice, then reads",
    about: "The guard retries; the document is read, and paid for, once.",
    faults: [
      {
        point: "effect:before",
        match: { service: "ocr" },
        kind: "retryable",
        when: { first: 2 },
      },
    ],
  },
  {
    id: "crash-translating",
    example: "document",
    name: "Crash after the translation, before it is recorded",
    about: "It was read and translated. Neither is done again: the job ends as failed.",
    faults: [
      {
        point: "effect:after",
        match: { service: "translator" },
        kind: "crash",
        when: { nth: 1 },
      },
    ],
  },
  {
    id: "crash-before-store",
    name: "Crash between a step's result and its record",
    about: "What runs at least once runs again; what runs at most once says that it failed.",
    faults: [{ point: "guard:before-store", kind: "crash", when: { nth: 1 } }],
  },
  {
    id: "crash-map",
    name: "Crash after a map was written",
    about: "The write is committed, the tool does not know. A retry does not write it twice.",
    faults: [{ point: "map:committed", kind: "crash", when: { nth: 1 } }],
  },
];
