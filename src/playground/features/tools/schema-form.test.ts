/** The form of a schema that has everything a tool's schema may have. Runs in a browser. */
import fc from "fast-check";
import { createElement, useState, type ReactElement } from "react";
import { flushSync } from "react-dom";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, it } from "vitest";
import { page, userEvent } from "vitest/browser";
import { hostileSchemas } from "../../../testing/schemas.ts";
import SchemaForm from "./schema-form.tsx";

const schema = {
  type: "object",
  $defs: {
    address: {
      type: "object",
      properties: { city: { type: "string" }, zip: { type: "string", pattern: "^[0-9]{5}$" } },
      required: ["city"],
    },
  },
  properties: {
    home: { $ref: "#/$defs/address" },
    tags: { type: "array", items: { type: "string" } },
    level: { enum: ["low", "high"] },
    note: { type: ["string", "null"] },
    who: {
      anyOf: [
        { type: "string", title: "by name" },
        { type: "integer", title: "by number" },
      ],
    },
    pay: {
      oneOf: [
        {
          type: "object",
          title: "card",
          properties: { card: { type: "string" } },
          required: ["card"],
        },
        {
          type: "object",
          title: "transfer",
          properties: { iban: { type: "string" } },
          required: ["iban"],
        },
      ],
    },
    at: { type: "string", format: "date-time" },
    retries: { type: "integer", default: 3 },
    urgent: { type: "boolean" },
  },
  required: ["home"],
};

let root: Root;
let times = 0;
let typed: Record<string, unknown> | undefined;

function Host({
  of = schema,
  initial,
  onTyped,
}: {
  readonly of?: Record<string, unknown>;
  readonly initial: Record<string, unknown>;
  readonly onTyped: (value: Record<string, unknown>) => void;
}): ReactElement {
  const [value, setValue] = useState(initial);
  const onChange = (next: Record<string, unknown>): void => {
    onTyped(next);
    setValue(next);
  };
  return createElement(SchemaForm, { schema: of, value, onChange });
}

function show(initial: Record<string, unknown>, of?: Record<string, unknown>): void {
  const onTyped = (value: Record<string, unknown>): void => void (typed = value);
  root.render(createElement(Host, { key: ++times, initial, onTyped, ...(of ? { of } : {}) }));
}

beforeEach(() => {
  typed = undefined;
  const host = document.createElement("div");
  document.body.append(host);
  root = createRoot(host);
});
afterEach(() => root.unmount());

it("nested objects by $ref, arrays, enums, nullable, anyOf and oneOf are all filled in", async () => {
  show({ retries: 3 });
  await page.getByLabelText("city").fill("Bern");
  await page.getByRole("button", { name: "Add" }).first().click();
  await page.getByRole("textbox", { name: /tags-1|tags/ }).fill("new");
  await page.getByLabelText("level").selectOptions("high");
  await page.getByLabelText("note").fill("hello");
  await page.getByLabelText("retries").fill("5");
  await page.getByLabelText("urgent").click();
  await expect
    .poll(() => typed)
    .toMatchObject({
      home: { city: "Bern" },
      tags: ["new"],
      level: "high",
      note: "hello",
      retries: 5,
      urgent: true,
    });
  // One alternative for another.
  const alternatives = page.getByRole("combobox");
  await expect.poll(() => alternatives.elements().length).toBeGreaterThanOrEqual(3);
  const pay = alternatives
    .elements()
    .find((element) => /transfer/.test(element.textContent)) as HTMLSelectElement;
  await userEvent.selectOptions(pay, "transfer");
  await page.getByLabelText("iban").fill("CH93");
  await expect.poll(() => typed?.["pay"]).toEqual({ iban: "CH93" });
  const who = alternatives
    .elements()
    .find((element) => /by number/.test(element.textContent)) as HTMLSelectElement;
  await userEvent.selectOptions(who, "by number");
  const number = page.getByRole("spinbutton", { name: /number|who/ });
  await number.fill("12");
  await expect.poll(() => typed?.["who"]).toBe(12);
});

it("what the schema has against a value is told by name, and null is taken where it may be", async () => {
  show({ home: { city: "X", zip: "abc" }, note: null });
  const reported = page.getByRole("list", { name: "What the schema says" });
  await expect.element(reported).toHaveTextContent("home.zip");
  await page.getByLabelText("zip").fill("12345");
  await expect.poll(() => reported.elements().length).toBe(0);
  expect(typed?.["note"]).toBeNull();
});

it("a recursive part is opened level by level, and filled in there", async () => {
  show(
    {},
    {
      type: "object",
      properties: { tree: { $ref: "#/$defs/node" } },
      $defs: {
        node: {
          type: "object",
          properties: { name: { type: "string" }, left: { $ref: "#/$defs/node" } },
        },
      },
    },
  );
  const names = page.getByLabelText("name");
  await expect.poll(() => names.elements().length).toBe(2);
  await page.getByRole("button", { name: "Open" }).click();
  await expect.poll(() => names.elements().length).toBe(3);
  await names.nth(2).fill("deep");
  await expect.poll(() => typed).toEqual({ tree: { left: { left: { name: "deep" } } } });
});

it("a part that cannot be shown, and one of any value, are typed as JSON; the rest is a form", async () => {
  show(
    { any: 1 },
    {
      type: "object",
      properties: {
        any: {},
        lost: { $ref: "#/$defs/none" },
        pattern: { type: "string", pattern: "(?i)[" },
        text: { type: "string" },
      },
    },
  );
  const any = page.getByLabelText("any");
  await expect.element(any).toHaveValue("1");
  await any.fill('{"a": [true');
  await expect.element(page.getByRole("alert")).toHaveTextContent("not sent: ");
  expect(typed).toBeUndefined();
  await any.fill('{"a": [true]}');
  await expect.poll(() => typed).toEqual({ any: { a: [true] } });
  await page.getByLabelText("lost").fill('"x"');
  await page.getByLabelText("pattern").fill("y");
  await page.getByLabelText("text").fill("z");
  await expect
    .poll(() => typed)
    .toEqual({ any: { a: [true] }, lost: "x", pattern: "y", text: "z" });
  await expect.element(page.getByText(/leads nowhere/).first()).toBeVisible();
});

it("the fields of a wide part are made as they are scrolled to, and one far down is filled in", async () => {
  const properties = Object.fromEntries(
    Array.from({ length: 320 }, (_, n) => [`field_${n}`, { type: "string" }]),
  );
  show({}, { type: "object", properties });
  const fields = page.getByRole("textbox");
  await expect.poll(() => fields.elements().length).toBeGreaterThanOrEqual(40);
  for (;;) {
    const [more] = page.getByRole("button", { name: /more field/ }).elements();
    if (!more) break;
    more.scrollIntoView();
    const before = fields.elements().length;
    await expect.poll(() => fields.elements().length).toBeGreaterThan(before);
  }
  await page.getByLabelText("field_319", { exact: true }).fill("last");
  await expect.poll(() => typed).toEqual({ field_319: "last" });
});

/** How many schemas are made; see package.json's `test:schemas`. */
const RUNS = Number(import.meta.env["VITE_SCHEMAS"] ?? 60);
const SEED = Number(import.meta.env["VITE_SEED"] ?? 1);

it("whatever the schema is, a form stands there, and nothing else is blanked", () => {
  for (const [n, of] of fc.sample(hostileSchemas(), { numRuns: RUNS, seed: SEED }).entries()) {
    flushSync(() => show({ n }, of));
    const unknown = document.querySelector(".unsupported-field");
    if (!document.querySelector(".schema-form") || unknown) {
      expect.fail(`${unknown?.textContent ?? "nothing"}: ${JSON.stringify(of).slice(0, 500)}`);
    }
  }
});
