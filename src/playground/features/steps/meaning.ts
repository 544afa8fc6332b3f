/**
 * Where a call waits, in words: what stands written by then, and what each choice comes to. It says what
 * the guards promise of this attempt, whatever earlier ones did; its test tries the claims on a server.
 */
import type { Passing } from "../../../durable/index.ts";

/** Where a call waits. */
export interface Standing extends Omit<Passing, "invocation" | "tool"> {
  /** `off`: no guard has a record. */
  readonly guards: "on" | "off";
}

/** What the resumed call does where the server dies here. */
export type AfterCrash =
  | "comes again"
  | "refused"
  | "answered"
  | "runs the callable"
  | "runs the body"
  | "runs everything";

/** What comes of an error that is thrown here. */
export type AfterFailure =
  | "thrown"
  | "thrown past the store"
  | "fails for good"
  | "is judged"
  | "tries again"
  | "tries again, stored"
  | "answers";

export interface Meaning {
  /** What is committed. */
  readonly written: string;
  /** What is not. */
  readonly open: string;
  readonly crash: AfterCrash;
  readonly fail: AfterFailure;
}

export function meaningOf(standing: Standing): Meaning {
  const [written, open] = whatStands(standing);
  return { written, open, crash: crashAt(standing), fail: failureAt(standing) };
}

/** The outermost at-most-once guard that is started: a resumed call does not go past it. */
export function startedOf({ point, alias, kind, guards, around }: Standing): string | undefined {
  if (guards === "off" || point === "call:before-response") return undefined;
  const outer = around.find((guard) => guard.kind === "atMostOnce");
  if (outer) return outer.alias;
  const isOwn = point !== "guard:before-start" && point !== "guard:stored";
  return kind === "atMostOnce" && isOwn ? alias : undefined;
}

/** What "Crash here" comes to. */
export function crashWords(standing: Standing): string {
  return `The server dies. ${resumedWords(standing)}`;
}

function resumedWords(standing: Standing): string {
  const { point, alias = "", around } = standing;
  const here = hereWords(standing);
  const started = startedOf(standing);
  // The callables around it run again from their start, before it is come to.
  const [first] = around;
  const outer =
    first && first.alias !== started ? `runs the callable of “${first.alias}” again, ` : "";
  switch (crashAt(standing)) {
    case "comes again":
      return `The resumed call ${outer}comes to “${alias}” again, and finds it as it stands now.`;
    case "refused":
      return `The resumed call ${outer}finds “${started ?? ""}” started and does not run it again: it throws AtMostOnceFailedBeforeCompleting, for nobody can know what was done.`;
    case "answered":
      return `The resumed call ${outer}is answered with the stored value of “${alias}”, which is not done again.`;
    case "runs the callable":
      return `The resumed call ${outer === "" ? `runs the callable of “${alias}” again` : `${outer}and within it that of “${alias}”`}, from its start: what it did outside is done again${here}.`;
    case "runs the body":
      return point === "call:before-response"
        ? "The resumed call runs the body again: its stored guards are answered from the store, and what it does outside of any guard is done again."
        : `The resumed call runs the body again; stored guards are answered from the store${here}.`;
    case "runs everything":
      return `The guards are off: the resumed call runs everything again from its start, whatever was done${here}.`;
  }
}

/** What a second run comes to at the point itself. */
function hereWords({ point, kind }: Standing): string {
  switch (point) {
    case "effect:before":
      return ", and this is done then";
    case "effect:after":
      return ", and this once more";
    case "map:before-commit":
    case "map:committed":
      return kind === undefined
        ? "; this write is made then, or skipped where it was made"
        : "; a write with a name of its own is skipped where it was made, any other is made again";
    default:
      return "";
  }
}

/** What "Fail here" comes to. */
export function failureWords(standing: Standing): string {
  const { point, around } = standing;
  const isTooLate =
    point === "effect:after" || point === "map:committed" || point === "guard:before-store";
  const inner = around.at(-1);
  const above = inner ? `the callable of “${inner.alias}”` : "the tool’s body";
  return failure(standing, above) + (isTooLate ? " What was done by then stays done." : "");
}

function failure(standing: Standing, above: string): string {
  const isRecorded = standing.guards === "on";
  const isWithin = !standing.point.startsWith("guard:");
  switch (failureAt(standing)) {
    case "thrown":
      return `The error goes to ${above}, which may catch it.`;
    case "thrown past the store":
      return `The error goes to ${above}, which may catch it; the guard stays stored.`;
    case "fails for good":
      return `The guard has failed for good: no retry of this invocation runs it again. The error goes to ${above}.`;
    case "is judged":
      return isRecorded
        ? "The callable gets the error. If it lets it through: an error that the guard calls retryable makes it forget the attempt and run again, while its retry policy leaves one; any other fails it for good."
        : "The callable gets the error. If it lets it through: an error that the guard calls retryable makes it run again, while its retry policy leaves an attempt; nothing is recorded.";
    case "tries again":
      return `${isWithin ? "The callable gets the error. If it lets it through, the" : "The"} guard tries again, while its retry policy leaves an attempt; then the error goes to ${above}.`;
    case "tries again, stored":
      return `The guard tries again and is answered from the store, while its retry policy leaves an attempt; else the error goes to ${above}, and the guard stays stored.`;
    case "answers":
      return "The call is answered with the error; what was done stays done.";
  }
}

function whatStands(standing: Standing): readonly [written: string, open: string] {
  const { alias = "", attempt, map = "", service = "", execution } = standing;
  const around = aroundIt(standing);
  switch (standing.point) {
    case "guard:before-start":
      return [around, `this attempt of “${alias}”: it has not begun`];
    case "guard:started":
      return [around, "what its callable does: this attempt has not entered it"];
    case "effect:before":
      return [around, `what ${service} is asked for now: it has not been reached`];
    case "effect:after":
      return [
        `${service} has done it, as the ledger shows; ${around}`,
        "the answer: the server does not know that it happened",
      ];
    case "guard:before-store":
      return [around, `the value that the callable of “${alias}” resolved with`];
    case "guard:stored":
      return [
        `“${alias}” is stored${attempt === undefined ? "" : `, attempt ${attempt}`}, with its value${startedAround(standing)}`,
        "the way of the value to the tool",
      ];
    case "map:before-commit":
      return [
        around,
        `this write to the map ${map}${execution > 1 ? ", unless an earlier execution made it" : ""}`,
      ];
    case "map:committed":
      return [
        `the write to the map ${map}; ${around}`,
        "the way of its result: the tool does not know of it",
      ];
    case "call:before-response":
      return [
        "all that the body has done",
        "the answer, which is neither in the journal nor on its way",
      ];
  }
}

/** What stands of the guard around the place. */
function aroundIt({ point, alias = "", kind, attempt, guards, around }: Standing): string {
  if (guards === "off") return "no guard has a record, for the guards are off";
  const also = startedAround({ around });
  if (kind === undefined) return "what the body did before; it is in no guard here";
  if (point === "guard:before-start") return `what stood of “${alias}” before${also}`;
  const nth = attempt === undefined ? "" : ` (attempt ${attempt})`;
  return kind === "atMostOnce"
    ? `“${alias}” is started${nth}, on the disk${also}`
    : `“${alias}” has begun${nth}, with no value stored${also}`;
}

function startedAround({ around }: Pick<Standing, "around">): string {
  const outer = around.find((guard) => guard.kind === "atMostOnce");
  return outer ? `; around it “${outer.alias}” is started` : "";
}

function crashAt(standing: Standing): AfterCrash {
  const { point, kind, guards } = standing;
  if (guards === "off") return "runs everything";
  if (startedOf(standing) !== undefined) return "refused";
  if (kind === undefined || point === "call:before-response") return "runs the body";
  if (point === "guard:before-start") return "comes again";
  if (point === "guard:stored") return "answered";
  return "runs the callable";
}

function failureAt({ point, kind }: Standing): AfterFailure {
  if (point === "call:before-response") return "answers";
  if (kind === undefined) return "thrown";
  if (kind === "atLeastOnce")
    return point === "guard:stored" ? "tries again, stored" : "tries again";
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
