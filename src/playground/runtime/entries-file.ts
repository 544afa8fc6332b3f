/**
 * Entries of a map as a file: JSON lines (`{"key": "…", "value": …}`, the value as JSON, or as
 * `"text"` or `"base64"`) and CSV (columns `key` and `value`, or `base64`). An exported line whose key
 * is too long to be inserted again is marked `"tooLong": true`.
 */
import Papa from "papaparse";
import { z } from "zod";
import { checkNewKey, entryToJson, isTooLong } from "../../durable/index.ts";
import type { MapEntry } from "../../store/index.ts";

export type Entry = readonly [key: string, value: Uint8Array];

export interface ParsedEntries {
  readonly entries: readonly Entry[];
  /** What is wrong with the file, by line; nothing of it is to be written then. */
  readonly problems: readonly string[];
}

const key = z.string().refine((text) => text.isWellFormed(), "has an unpaired surrogate");
const base64 = z.base64();
const tooLong = z.literal(true).optional();
const line = z.union([
  z.strictObject({ key, text: z.string(), tooLong }),
  z.strictObject({ key, base64, tooLong }),
  z.strictObject({ key, value: z.json(), tooLong }),
]);
const row = z.union([z.strictObject({ key, value: z.string() }), z.strictObject({ key, base64 })]);

const encoder = new TextEncoder();

/** Reads a file's text; its name tells which of the two it is. */
export function parseEntries(name: string, text: string): ParsedEntries {
  const clean = text.replace(/^\ufeff/, "");
  return name.toLowerCase().endsWith(".csv") ? parseCsv(clean) : parseJsonLines(clean);
}

function parseJsonLines(text: string): ParsedEntries {
  const entries: Entry[] = [];
  const problems: string[] = [];
  for (const [index, source] of text.split(/\r?\n/).entries()) {
    if (source.trim() === "") continue;
    try {
      const { key, ...content } = line.parse(JSON.parse(source));
      entries.push([
        key,
        "base64" in content
          ? fromBase64(content.base64)
          : encoder.encode("text" in content ? content.text : JSON.stringify(content.value)),
      ]);
    } catch (error) {
      problems.push(`Line ${index + 1}: ${explain(error, LINE_FORM)}`);
    }
  }
  return { entries, problems };
}

function parseCsv(text: string): ParsedEntries {
  const { data, errors, meta } = Papa.parse<Record<string, string>>(text, {
    header: true,
    skipEmptyLines: true,
  });
  const problems = errors.map(({ row = 0, message }) => `Row ${row + 1}: ${message}`);
  if (!meta.fields?.includes("key")) problems.push(`The first line names the columns: ${CSV_FORM}`);
  const entries: Entry[] = [];
  for (const [index, fields] of data.entries()) {
    const parsed = row.safeParse(fields);
    if (!parsed.success) {
      problems.push(`Row ${index + 1}: ${explain(parsed.error, CSV_FORM)}`);
      continue;
    }
    const { key, ...content } = parsed.data;
    const isText = "value" in content;
    entries.push([key, isText ? encoder.encode(content.value) : fromBase64(content.base64)]);
  }
  return { entries, problems };
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
