/** How values are written on the page. */
import { uuidv7Time, isUuidv7 } from "../durable/index.ts";

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

/** JSON, with what JSON has no word for written so that it can be told. */
export function show(value: unknown, indent = 2): string {
  const text = JSON.stringify(
    value,
    (_name, part: unknown) => {
      if (typeof part === "bigint") return `${part}n`;
      if (part instanceof Uint8Array) return `Uint8Array(${part.length}) ${hex(part)}`;
      if (part instanceof Map) return { Map: [...(part as Map<unknown, unknown>)] };
      if (part instanceof Set) return { Set: [...(part as Set<unknown>)] };
      return part;
    },
    indent,
  ) as string | undefined;
  return text ?? "undefined";
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
