/** The sandbox's document says what its header says, and lets its one script run. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { policyHeader, SANDBOX_POLICY } from "./content-policy.ts";

const html = readFileSync(new URL("../../public/sandbox.html", import.meta.url), "utf8");

it("its policy is the same in the document and in the header", () => {
  expect(html).toContain(`content="${SANDBOX_POLICY}"`);
  expect(policyHeader("sandbox.html")).toBe(`${SANDBOX_POLICY}; frame-ancestors 'self'`);
});

it("its script is the one that the policy names", () => {
  const [, script = ""] = /<script>(.*)<\/script>/s.exec(html) ?? [];
  const hash = createHash("sha256").update(script).digest("base64");
  expect(SANDBOX_POLICY).toContain(`'sha256-${hash}'`);
});
