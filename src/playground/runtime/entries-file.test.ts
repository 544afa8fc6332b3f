import fc from "fast-check";
import { expect, it } from "vitest";
import { parseEntries, toJsonLines } from "./entries-file.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

it("what is exported is imported again, byte by byte", () => {
  const entry = fc.record({
    key: fc.string({ unit: "binary" }),
    value: fc.uint8Array({ maxLength: 20 }),
  });
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const { entries: read, problems } = parseEntries("a.jsonl", toJsonLines(entries));
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
  ["x.csv", "key,value\na,1,2", "Row 1"],
])("%s: %j is refused with its place", (name, source, problem) => {
  expect(parseEntries(name, source).problems.join("\n")).toContain(problem);
});
