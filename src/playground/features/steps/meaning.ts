/**
 * Where a call waits, in words: what stands written by then, and what each choice comes to. It says what
 * the guards promise; its test tries each of the claims on a server.
 */
import type { GuardKind } from "../../../store/index.ts";
import type { FaultPoint } from "../../../durable/index.ts";

/** Where a call waits. */
export interface Standing {
  readonly point: FaultPoint;
  /** The guard within whose callable, or at whose own point, it waits; absent in the body. */
  readonly alias?: string | undefined;
  readonly kind?: GuardKind | undefined;
  readonly attempt?: number | undefined;
  readonly map?: string | undefined;
  readonly service?: string | undefined;
  /** `off`: no guard has a record. */
  readonly guards: "on" | "off";
}

/** What the resumed call does where the server dies here, in words. */
const AFTER_CRASH = {
  begins: "The resumed call begins the guard anew.",
  refused:
    "The resumed call finds the guard started and does not run it again: it throws AtMostOnceFailedBeforeCompleting, for nobody can know what was done.",
  answered: "The resumed call is answered with the stored value: nothing is done again.",
  "runs again": "The resumed call runs the callable again, and all that it does outside.",
  "does it": "The resumed call does it, for the first time.",
  "does it again": "The resumed call does it again: it happens twice.",
  "writes it": "The resumed call writes it.",
  "writes it again": "The resumed call writes it again, over itself.",
  "skips it": "The resumed call finds that it was written, and skips it.",
  "runs the body": "The resumed call runs the body again: its guards are answered from the store.",
} as const;
export type AfterCrash = keyof typeof AFTER_CRASH;

/** What comes of an error that is thrown here, in words. */
const AFTER_FAILURE = {
  thrown: "The tool's body gets the error, and may catch it.",
  "thrown past the store":
    "The tool's body gets the error, and may catch it; the guard stays stored.",
  "fails for good": "The guard has failed for good: no retry of this invocation runs it again.",
  "is judged":
    "The callable gets the error. Where the guard calls it retryable, the guard forgets the attempt and runs again; any other fails it for good.",
  "tries again": "The guard tries again, as its retry policy says.",
  answers: "The call is answered with the error; what was done stays done.",
} as const;
export type AfterFailure = keyof typeof AFTER_FAILURE;

export interface Meaning {
  /** What is committed, and what is not. */
  readonly written: string;
  readonly open: string;
  readonly crash: AfterCrash;
  readonly fail: AfterFailure;
}

export function meaningOf(standing: Standing): Meaning {
  const [written, open] = whatStands(standing);
  return { written, open, crash: crashAt(standing), fail: failureAt(standing) };
}

export function crashWords({ crash }: Meaning): string {
  return `The server dies. ${AFTER_CRASH[crash]}`;
}

export function failureWords({ point }: Standing, { fail }: Meaning): string {
  const isTooLate =
    point === "effect:after" || point === "map:committed" || point === "guard:before-store";
  return AFTER_FAILURE[fail] + (isTooLate ? " What was done by then stays done." : "");
}

function whatStands(standing: Standing): readonly [written: string, open: string] {
  const { alias = "", attempt, map = "", service = "" } = standing;
  const guard = `“${alias}”`;
  const around = aroundIt(standing);
  switch (standing.point) {
    case "guard:before-start":
      return [`nothing of ${guard} in this execution`, "that it has begun"];
    case "guard:started":
      return [around, "its callable was not entered: nothing is done"];
    case "effect:before":
      return [around, `nothing has reached ${service}`];
    case "effect:after":
      return [
        `${service} has done it, as the ledger shows; ${around}`,
        "the answer: the server does not know that it happened",
      ];
    case "guard:before-store":
      return [around, `what the callable of ${guard} resolved with`];
    case "guard:stored":
      return [
        `${guard} is stored${attempt === undefined ? "" : `, attempt ${attempt}`}, with its value`,
        "the tool has not got the value yet",
      ];
    case "map:before-commit":
      return [around, `the write to the map ${map}`];
    case "map:committed":
      return [
        `the write to the map ${map}; ${around}`,
        "the tool does not know that it is written",
      ];
    case "call:before-response":
      return ["all that the body has done", "the answer is neither journalled nor sent"];
  }
}

/** What stands of the guard around the place. */
function aroundIt({ alias = "", kind, attempt, guards }: Standing): string {
  if (kind === undefined) return "the tool's body has no guard here";
  if (guards === "off") return `“${alias}” has no record, for the guards are off`;
  const nth = attempt === undefined ? "" : ` (attempt ${attempt})`;
  return kind === "atMostOnce"
    ? `“${alias}” is started${nth}, on the disk`
    : `“${alias}” has begun${nth}, and nothing of it is stored`;
}

function crashAt({ point, kind, guards }: Standing): AfterCrash {
  if (point === "call:before-response") return "runs the body";
  if (point === "guard:before-start") return "begins";
  if (point === "guard:stored") return "answered";
  if (kind === "atMostOnce" && guards === "on") return "refused";
  switch (point) {
    case "effect:before":
      return "does it";
    case "effect:after":
      return "does it again";
    case "map:before-commit":
      return "writes it";
    case "map:committed":
      return kind === undefined ? "skips it" : "writes it again";
    default:
      return "runs again";
  }
}

function failureAt({ point, kind }: Standing): AfterFailure {
  if (point === "call:before-response") return "answers";
  if (kind === undefined) return "thrown";
  if (kind === "atLeastOnce") return "tries again";
  switch (point) {
    case "guard:before-start":
      return "thrown";
    case "guard:stored":
      return "thrown past the store";
    case "guard:started":
    case "guard:before-store":
      return "fails for good";
    default:
      return "is judged";
  }
}
