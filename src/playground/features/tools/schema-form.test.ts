/** The form of a schema that has everything a tool's schema may have. Runs in a browser. */
import { createElement, useState, type ReactElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, it } from "vitest";
import { page, userEvent } from "vitest/browser";
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
let typed: Record<string, unknown>;

function Host({
  initial,
  onTyped,
}: {
  readonly initial: Record<string, unknown>;
  readonly onTyped: (value: Record<string, unknown>) => void;
}): ReactElement {
  const [value, setValue] = useState(initial);
  const onChange = (next: Record<string, unknown>): void => {
    onTyped(next);
    setValue(next);
  };
  return createElement(SchemaForm, { schema, value, onChange });
}

function show(initial: Record<string, unknown>): void {
  root.render(createElement(Host, { initial, onTyped: (value) => (typed = value) }));
}

beforeEach(() => {
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
  await expect.poll(() => typed["pay"]).toEqual({ iban: "CH93" });
  const who = alternatives
    .elements()
    .find((element) => /by number/.test(element.textContent)) as HTMLSelectElement;
  await userEvent.selectOptions(who, "by number");
  const number = page.getByRole("spinbutton", { name: /number|who/ });
  await number.fill("12");
  await expect.poll(() => typed["who"]).toBe(12);
});

it("what the schema has against a value is told by name, and null is taken where it may be", async () => {
  show({ home: { city: "X", zip: "abc" }, note: null });
  const told = page.getByRole("list", { name: "What the schema says" });
  await expect.element(told).toHaveTextContent("home.zip");
  await page.getByLabelText("zip").fill("12345");
  await expect.poll(() => told.elements().length).toBe(0);
  expect(typed["note"]).toBeNull();
});
