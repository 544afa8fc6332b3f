import { expect, it } from "vitest";
import type { Judgement } from "../../store/index.ts";
import { verdictText } from "./format.ts";

const judged = (more: Partial<Judgement>): Judgement => ({
  verdict: "done once",
  twice: [],
  missing: [],
  tally: { effects: 0, duplicates: 0, uncertain: 0 },
  ...more,
});

it("a verdict says what to do, whose fault it was, and what is missing", () => {
  expect(verdictText(undefined)).toBe("not ended");
  expect(verdictText(judged({}))).toBe("done once");
  expect(verdictText(judged({ verdict: "unknown" }))).toBe("unknown: ask the service");
  expect(verdictText(judged({ verdict: "done twice", guardsKeptTheirWord: true }))).toBe(
    "done twice (the guards kept their word, the callable did not)",
  );
  expect(verdictText(judged({ missing: ["mail.send"] }))).toBe("done once; not done: mail.send");
});
