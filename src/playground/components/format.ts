/** How values are written on the page. */
import { uuidv7Time, isUuidv7 } from "../../durable/index.ts";
import type { Judgement, Verdict } from "../../store/index.ts";

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hour12: false,
});
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

export function timeOfDay(ms: number): string {
  return clock.format(ms);
}

export function dayAndTime(ms: number): string {
  return day.format(ms);
}

/** Milliseconds up to a second, then seconds. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** The end of an id, which is what tells UUIDv7s of one moment apart. */
export function shortId(id: string): string {
  return `…${id.slice(-6)}`;
}

/** The time within a UUIDv7 key, where it is one. */
export function keyTime(key: string): string | undefined {
  return isUuidv7(key) ? dayAndTime(uuidv7Time(key)) : undefined;
}

/** JSON, with what JSON has no word for written so that it can be told, cut after `most` characters. */
export function show(value: unknown, indent = 2, most = SHOWN): string {
  const text = JSON.stringify(plain(value, []), null, indent) as string | undefined;
  return text === undefined ? "undefined" : cut(text, most);
}

/** The text up to `most` characters, and how many there are. */
export function cut(text: string, most = SHOWN): string {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`;
}

const SHOWN = 20_000;

/** The same as data that JSON can hold. */
function plain(value: unknown, within: readonly object[]): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (within.includes(value)) return "(itself)";
  const inner = (part: unknown): unknown => plain(part, [...within, value]);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toJSON();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof RegExp) return String(value);
  if (value instanceof Map) return { Map: [...(value as Map<unknown, unknown>)].map(inner) };
  if (value instanceof Set) return { Set: [...(value as Set<unknown>)].map(inner) };
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${value.byteLength})`;
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return `${value.constructor.name}(${bytes.length} bytes) ${hex(bytes.subarray(0, 256))}`;
  }
  if (Array.isArray(value)) return value.map(inner);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, inner(part)]));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}

/** A verdict in the words that stand everywhere. */
export function verdictWord(verdict: Verdict): string {
  return verdict === "unknown" ? "unknown: ask the service" : verdict;
}

/** What became of a call outside, whole. */
export function verdictText(judgement: Judgement | undefined): string {
  if (!judgement) return "not ended";
  const { verdict, guardsKeptTheirWord, missing } = judgement;
  const kept = guardsKeptTheirWord ? " (the guards kept their word, the callable did not)" : "";
  return (
    verdictWord(verdict) + kept + (missing.length > 0 ? `; not done: ${missing.join(", ")}` : "")
  );
}

/** "execution 1", "executions 2 and 3". */
export function executionList(numbers: readonly number[]): string {
  if (numbers.length < 2) return `execution ${numbers.join()}`;
  return numbers.length > 4
    ? plural(numbers.length, "execution")
    : `executions ${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1) ?? ""}`;
}
