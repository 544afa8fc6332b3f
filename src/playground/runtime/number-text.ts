/** Numbers as they are written: which of them are others once JavaScript has read them. */
import { tokensOf } from "./json-members.ts";

export interface ChangedNumber {
  /** As it is written. */
  readonly written: string;
  /** As it is read, and sent: a number with fewer digits, or `null` for one that is too large. */
  readonly sent: string;
}

const PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** The numbers in a JSON text that are not what they say, each once. */
export function changedNumbers(json: string): ChangedNumber[] {
  const changed = new Map<string, string>();
  for (const token of tokensOf(json)) {
    const sent = changedTo(token);
    if (sent !== undefined) changed.set(token, sent);
  }
  return [...changed].map(([written, sent]) => ({ written, sent }));
}

/** What a number becomes that JavaScript cannot hold as it is written; `undefined` where it can. */
export function changedTo(written: string): string | undefined {
  const value = valueOf(written);
  if (value === undefined) return undefined;
  const sent = JSON.stringify(Number(written));
  return valueOf(sent) === value ? undefined : sent;
}

/** The number's digits and where its point stands: the same for `1.10` and `11e-1`. */
function valueOf(text: string): string | undefined {
  const parts = PARTS.exec(text);
  if (!parts) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts;
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0"; // -0, too, is sent as 0.
  const zeros = digits.length - significant.length;
  return `${sign}${significant}e${BigInt(exponent) + BigInt(zeros - fraction.length)}`;
}

/** What a person is told of such a number. */
export function changedWords({ written, sent }: ChangedNumber): string {
  const why = sent === "null" ? "it is too large for a number" : "a number holds no more digits";
  return `${written} is sent as ${sent}: ${why}. Where a text is taken, put it in quotes.`;
}
