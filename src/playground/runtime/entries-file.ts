/**
 * Entries of a map as a file: JSON lines (`{"key": "…", "value": …}`, the value as JSON, or as
 * `"text"` or `"base64"`), an array of the same, and rows (columns `key` and `value`, or `base64`). An exported line whose key
 * is too long to be inserted again is marked `"tooLong": true`.
 */
import Papa from "papaparse";
import { z } from "zod";
import { checkNewKey, entryToJson, isTooLong } from "../../durable/index.ts";
import type { MapEntry } from "../../store/index.ts";
import { membersOf } from "./json-members.ts";

export type Entry = readonly [key: string, value: Uint8Array];

export interface ParsedEntries {
  readonly entries: readonly Entry[];
  /** What is wrong with the file, by line; nothing of it is to be written then. */
  readonly problems: readonly string[];
}

const wellFormed = z.string().refine((text) => text.isWellFormed(), "has an unpaired surrogate");
const key = wellFormed;
const base64 = z.base64();
const tooLong = z.literal(true).optional();
const line = z.union([
  z.strictObject({ key, text: wellFormed, tooLong }),
  z.strictObject({ key, base64, tooLong }),
  z.strictObject({ key, value: z.unknown(), tooLong }),
]);
const row = z.union([z.strictObject({ key, value: z.string() }), z.strictObject({ key, base64 })]);

const encoder = new TextEncoder();

/** Reads a file's text: JSON lines, an array of the same in JSON, or rows with any of the usual delimiters. */
export function parseEntries(name: string, text: string): ParsedEntries {
  const clean = text.replace(/^\ufeff/, "");
  if (/\.(csv|tsv)$/i.test(name)) return parseRows(clean);
  return clean.trimStart().startsWith("[") ? parseArray(clean) : parseJsonLines(clean);
}

function parseJsonLines(text: string): ParsedEntries {
  const entries: Entry[] = [];
  const problems: string[] = [];
  for (const [index, source] of text.split(/\r?\n/).entries()) {
    if (source.trim() === "") continue;
    try {
      entries.push(parseEntry(source));
    } catch (error) {
      problems.push(`Line ${index + 1}: ${explain(error, LINE_FORM)}`);
    }
  }
  return { entries, problems };
}

function parseArray(text: string): ParsedEntries {
  try {
    JSON.parse(text);
  } catch (error) {
    return { entries: [], problems: [explain(error, LINE_FORM)] };
  }
  const entries: Entry[] = [];
  const problems: string[] = [];
  const lineAt = lineCounter(text);
  for (const { text: source, at } of membersOf(text)) {
    try {
      entries.push(parseEntry(source));
    } catch (error) {
      problems.push(`Line ${lineAt(at)}: ${explain(error, LINE_FORM)}`);
    }
  }
  return { entries, problems };
}

/** @throws SyntaxError or a zod error */
function parseEntry(source: string): Entry {
  const { key, ...content } = line.parse(JSON.parse(source));
  if ("base64" in content) return [key, fromBase64(content.base64)];
  if ("text" in content) return [key, encoder.encode(content.text)];
  // As it is written: 1.10 keeps its zero, and a large number its digits.
  const value = membersOf(source).findLast(({ name }) => name === "value")?.text;
  return [key, encoder.encode(value ?? JSON.stringify(content.value))];
}

function parseRows(text: string): ParsedEntries {
  const entries: Entry[] = [];
  const problems: string[] = [];
  let fields: readonly string[] = [];
  let from = 0;
  const lineAt = lineCounter(text);
  Papa.parse<Record<string, string>>(text, {
    header: true,
    skipEmptyLines: true,
    delimiter: delimiterOf(text),
    step: ({ data, errors, meta }) => {
      const begin = from + (/^[\r\n]*/.exec(text.slice(from, from + 1000))?.[0].length ?? 0);
      // The first step's row comes after the columns' names.
      const at = lineAt(begin) + Number(from === 0);
      from = meta.cursor;
      fields = meta.fields ?? [];
      const place = `Line ${at}`;
      problems.push(...errors.map(({ message }) => `${place}: ${message}`));
      const parsed = row.safeParse(data);
      if (!parsed.success) {
        problems.push(`${place}: ${explain(parsed.error, CSV_FORM)}`);
        return;
      }
      const { key, ...content } = parsed.data;
      const isText = "value" in content;
      entries.push([key, isText ? encoder.encode(content.value) : fromBase64(content.base64)]);
    },
  });
  if (text.trim() !== "" && entries.length + problems.length > 0 && !fields.includes("key")) {
    problems.unshift(`The first line names the columns: ${CSV_FORM}`);
  }
  return { entries, problems };
}

/** What parts the names of the columns, `key` among them. */
function delimiterOf(text: string): string {
  const names = /^.*$/m.exec(text.trimStart())?.[0] ?? "";
  const isIt = (by: string): boolean =>
    names.split(by).some((name) => name.trim().replaceAll('"', "") === "key");
  return [",", ";", "\t", "|"].find(isIt) ?? ",";
}

/** Tells the lines of places that come one after the other. */
function lineCounter(text: string): (at: number) => number {
  let [line, known] = [1, 0];
  return (at) => {
    for (; known < at; known++) if (text[known] === "\n") line++;
    return line;
  };
}

const LINE_FORM = 'each line is {"key": "…", "value": …}, or with "text" or "base64".';
const CSV_FORM = "key and value, or key and base64.";

function explain(error: unknown, form: string): string {
  if (error instanceof SyntaxError) return `no JSON (${error.message}); ${form}`;
  return `not of the form ${form}`;
}

/**
 * JSON lines, one for each entry of the map: its text where it is UTF-8, otherwise its bytes.
 *
 * @returns the lines, and how many of them are marked as too long
 */
export function toJsonLines(
  map: string,
  entries: readonly Pick<MapEntry, "key" | "value">[],
): { readonly text: string; readonly tooLong: number } {
  let [text, count] = ["", 0];
  for (const { key, value } of entries) {
    const marked = isTooLong(map, key);
    if (marked) count++;
    const line = { ...entryToJson(key, value), ...(marked ? { tooLong: true } : {}) };
    text += `${JSON.stringify(line)}\n`;
  }
  return { text, tooLong: count };
}

/** @throws InvalidKeyError for an entry whose key cannot be inserted into the map */
export function checkEntries(map: string, entries: readonly Entry[]): void {
  for (const [key] of entries) checkNewKey(map, key);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
