import fc from "fast-check";
import { expect, it } from "vitest";
import { checkEntries, parseEntries, toJsonLines } from "./entries-file.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

it("what is exported is imported again, byte by byte", () => {
  const entry = fc.record({
    key: fc.string({ unit: "binary" }),
    value: fc.uint8Array({ maxLength: 20 }),
  });
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const { entries: read, problems } = parseEntries("a.jsonl", toJsonLines("map", entries).text);
      expect(problems).toEqual([]);
      expect(read.map(([key, value]) => [key, ...value])).toEqual(
        entries.map(({ key, value }) => [key, ...value]),
      );
    }),
  );
});

it("reads values as JSON, text or base64, and CSV with quotes", () => {
  const lines =
    '\ufeff{"key":"a","value":{"n":1}}\n\n{"key":"b","text":"x"}\r\n{"key":"c","base64":"AAE="}';
  const { entries } = parseEntries("x.jsonl", lines);
  expect(entries.map(([key]) => key)).toEqual(["a", "b", "c"]);
  expect(entries.slice(0, 2).map(([, value]) => text(value))).toEqual(['{"n":1}', "x"]);
  expect([...(entries[2]?.[1] ?? [])]).toEqual([0, 1]);
  const csv = parseEntries("x.CSV", 'key,value\na,1\n"b,""c""","two\nlines"\n');
  expect(csv.problems).toEqual([]);
  expect(csv.entries.map(([key, value]) => [key, text(value)])).toEqual([
    ["a", "1"],
    ['b,"c"', "two\nlines"],
  ]);
});

it.each([
  ["x.jsonl", "not json", "Line 1: no JSON"],
  ["x.jsonl", '{"key":"a","value":1}\n{"key":1,"value":2}', "Line 2: not of the form"],
  ["x.jsonl", '{"key":"a","base64":"%"}', "Line 1: not of the form"],
  ["x.jsonl", '{"key":"\\ud800","value":1}', "Line 1: not of the form"],
  ["x.csv", "name,value\na,1", "The first line names the columns"],
  ["x.csv", "key,value\na,1,2", "Line 2: Too many fields"],
  ["x.csv", 'key;value\na;1\n\n"b";"two\nlines"\nc;1;2', "Line 6: Too many fields"],
  ["x.tsv", "\n\nkey\tvalue\na\t1\nb", "Line 5: Too few fields"],
  ["x.json", '[\n{"key":"a","value":1},\n{"key":2}]', "Line 3: not of the form"],
  ["x.json", '[{"key":"a","value":1}', "no JSON"],
])("%s: %j is refused with its place", (name, source, problem) => {
  expect(parseEntries(name, source).problems.join("\n")).toContain(problem);
});

it("marks what is too long to be inserted again, reads the mark, and says so before anything is written", () => {
  const value = new Uint8Array([1]);
  const [longest, longer] = ["k".repeat(1997), "k".repeat(1998)];
  const entries = [longest, longer].map((key) => ({ key, value }));
  const { text: lines, tooLong } = toJsonLines("map", entries);
  expect(tooLong).toBe(1);
  expect(lines.split("\n").map((line) => line.includes('"tooLong":true'))).toEqual([
    false,
    true,
    false,
  ]);
  const { entries: read, problems } = parseEntries("a.jsonl", lines);
  expect(problems).toEqual([]);
  expect(read.map(([key]) => key)).toEqual([longest, longer]);
  expect(() => checkEntries("map", read)).toThrow("takes 2001 bytes of UTF-8; at most 2000");
  expect(() => checkEntries("ma", read)).not.toThrow();
});

it("a value is stored as it is written: every digit, and the zero at the end", () => {
  const source = '{"value": {"n": [1.10, 12345678901234567890], "}": "\\"]"}  , "key":"a"}';
  for (const [name, lines] of [
    ["x.jsonl", source],
    ["x.json", `[ ${source} ]`],
  ] as const) {
    const { entries, problems } = parseEntries(name, lines);
    expect(problems).toEqual([]);
    expect(entries.map(([, value]) => text(value))).toEqual([
      '{"n": [1.10, 12345678901234567890], "}": "\\"]"}',
    ]);
  }
});

it.each([",", ";", "\t", "|"])("reads rows that are parted by %j", (by) => {
  const rows = [
    ["key", "value"],
    ["a", "1"],
    ["b", "2"],
  ]
    .map((cells) => cells.join(by))
    .join("\n");
  expect(parseEntries("x.csv", rows).entries.map(([key, value]) => [key, text(value)])).toEqual([
    ["a", "1"],
    ["b", "2"],
  ]);
});
