/** Each example runs from the menu, with a transcript of every step; and again with a crash in its middle. */
import type { Locator, Page } from "@playwright/test";
import {
  type PlaygroundPage,
  readCalls,
  readMaps,
  readTable,
  type LedgerRow,
  type StoredMapEntry,
} from "./support/playground-page.ts";
import { CRASHES, EXAMPLES, type Step } from "./support/example-runs.ts";
import { expect, test } from "./support/test.ts";

/** Runs an example from the menu; resolves as soon as it is chosen. */
async function runFromMenu(playground: PlaygroundPage, title: string) {
  await playground.menu("Run examples…");
  const harness = playground.page.getByRole("dialog", { name: "Examples" });
  await harness.getByRole("button", { name: title }).click();
  return { harness, transcript: harness.getByRole("list", { name: "Transcript" }) };
}

/** Arms a hang right after the charge, begins a run, and waits until it hangs there. */
async function hangAfterCharge<T>(playground: PlaygroundPage, begin: () => Promise<T>): Promise<T> {
  await playground.open();
  await playground.arm("The bank never answers");
  const begun = await begin();
  await expect.poll(async () => (await playground.ledger()).length).toBe(1);
  return begun;
}

/** The lock of the one server that lives in the browser; `undefined` where there is none, or several. */
async function serverLock(page: Page): Promise<string | undefined> {
  const living = await page.evaluate(async () => {
    const { held = [] } = await navigator.locks.query();
    return held.flatMap(({ name }) => (name?.includes(":server:") ? [name] : []));
  });
  return living.length === 1 ? living[0] : undefined;
}

/** The calls of a transcript with their answers, in order. */
async function stepsOf(transcript: Locator): Promise<[string, string][]> {
  const lines = await transcript.getByRole("listitem").allTextContents();
  return lines.flatMap((line, index): [string, string][] => {
    if (!line.startsWith("→ ")) return [];
    const answer = lines.slice(index + 1).find((later) => /^[←→] /.test(later));
    return [[line.slice(2), answer?.startsWith("← ") ? answer : ""]];
  });
}

for (const { name, title, tools, steps, maps, stored, effects } of EXAMPLES) {
  test(`${name} runs from the menu to its end`, async ({ page, playground }) => {
    await playground.open();
    const { harness, transcript } = await runFromMenu(playground, title);
    await expect(transcript).toContainText("The script has ended.");

    const reported = await stepsOf(transcript);
    expect(reported.map(([call]) => call)).toEqual(
      steps.map(([call]) => expect.stringContaining(call) as unknown),
    );
    expect(reported.map(([, answer]) => answer)).toEqual(
      steps.map(([, answer]) => expect.stringContaining(answer) as unknown),
    );
    await expect(transcript.getByRole("listitem").filter({ hasText: /^[a-z_]+: / })).toHaveCount(
      tools,
    );

    const entries = await readMaps(page, `playground-${name}`);
    expect(sizesOf(entries)).toEqual(maps);
    const [map, value] = stored;
    expect(entries.filter((entry) => entry.map === map)).toContainEqual(
      expect.objectContaining({ value: expect.objectContaining(value) }),
    );
    const ledger = await readTable(page, `playground-${name}-ledger`, "rows");
    expect((ledger as LedgerRow[]).map(({ operation }) => operation)).toEqual(effects);

    // Leaving stops the server, and what ran before runs again, alone.
    const during = await serverLock(page);
    await page.keyboard.press("q");
    await expect(harness).toBeHidden();
    await playground.isUp();
    await expect
      .poll(async () => {
        const living = await serverLock(page);
        return living !== during && living?.includes("processing");
      })
      .toBe(true);
    await expect(page.getByRole("combobox", { name: "Example" })).toHaveValue("processing");
  });
}

test("a run is done again on the kept and, when asked, on an empty store", async ({
  page,
  playground,
}) => {
  await playground.open("/?harness=menu");
  const harness = page.getByRole("dialog", { name: "Examples" });
  await harness.getByRole("button", { name: "Two steps" }).click();
  const transcript = harness.getByRole("list", { name: "Transcript" });
  await expect(transcript).toContainText("The script has ended.");
  await harness.getByRole("button", { name: "Run again on the kept store" }).click();
  await expect(transcript).toContainText("The script has ended.");
  const calls = async (): Promise<number> =>
    (await readTable(page, "playground-steps", "invocations")).length;
  await expect.poll(calls).toBe(12);
  await harness.getByRole("button", { name: "Wipe and run again…" }).click();
  const question = page.getByRole("dialog", { name: "Wipe everything?" });
  // A key that leaves the harness does nothing in a dialog on top of it.
  await question.press("q");
  await question.getByRole("button", { name: "Keep everything" }).click();
  expect(await calls()).toBe(12);
  await harness.getByRole("button", { name: "Wipe and run again…" }).click();
  await question.getByRole("button", { name: "Wipe everything" }).click();
  await expect(transcript).toContainText("The script has ended.");
  await expect.poll(calls).toBe(6);
  await harness.getByRole("button", { name: /^Leave/ }).click();
  await expect(page.getByRole("combobox", { name: "Example" })).toHaveValue("processing");
  await playground.isUp();
});

test("leaving the examples brings back what ran, and what was selected", async ({
  page,
  playground,
}) => {
  await playground.open();
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  const { harness, transcript } = await runFromMenu(playground, "Two steps");
  await expect(transcript).toContainText("The script has ended.");
  await harness.getByRole("button", { name: "Menu" }).click();
  await harness.getByRole("button", { name: "Audit logs" }).click();
  await expect(transcript).toContainText("The script has ended.");
  await page.keyboard.press("q");
  await playground.isUp();
  await playground.callIs("completed");
  await playground.counts(1, 1, 1);
  await expect(playground.calls).toHaveCount(1);
});

test("leaving the menu leaves the server as it is", async ({ page, playground }) => {
  await playground.open("/?harness=menu");
  const harness = page.getByRole("dialog", { name: "Examples" });
  await expect(harness).toBeVisible();
  await page.keyboard.press("q");
  await expect(harness).toBeHidden();
  await expect(playground.server).toHaveText(/running/);
  await playground.press("Call process_payment");
  await playground.callIs("completed");
});

test("a run goes on after a restart in its middle, also where the server resumes the call by itself", async ({
  page,
  playground,
}) => {
  await hangAfterCharge(playground, () => playground.press("Run the client script"));
  await playground.restart();
  const transcript = page.getByRole("list", { name: "Transcript" });
  await expect(transcript).toContainText("The script has ended.");
  const [first] = await stepsOf(transcript);
  expect(first?.[1]).toContain("payment_failed");
  const charged = (await playground.ledger()).filter(({ operation }) => operation === "charge");
  expect(charged).toHaveLength(2);
});

test("leaving in the middle of a call cancels it; the next server does not resume it", async ({
  page,
  playground,
}) => {
  const { harness } = await hangAfterCharge(playground, () =>
    runFromMenu(playground, "Payment processing"),
  );
  // By way of the menu: it is the run's server all the same.
  await harness.getByRole("button", { name: "Menu" }).click();
  const before = await serverLock(playground.page);
  await page.keyboard.press("q");
  await expect.poll(async () => (await serverLock(page)) ?? before).not.toBe(before);
  await playground.isUp();
  expect(await playground.journal()).toMatchObject([{ state: "cancelled", executions: [{}] }]);
});

test("the browser's way back out of the examples stops the run, too", async ({
  page,
  playground,
}) => {
  const { harness } = await hangAfterCharge(playground, () =>
    runFromMenu(playground, "Payment processing"),
  );
  const before = await serverLock(page);
  await page.goBack();
  await page.goBack();
  await expect(harness).toBeHidden();
  await expect.poll(async () => (await serverLock(page)) ?? before).not.toBe(before);
  await playground.isUp();
  expect(await playground.journal()).toMatchObject([{ state: "cancelled", executions: [{}] }]);
});

test("a wipe in the middle of a run stops it, and the run on the empty store is a whole one", async ({
  page,
  playground,
}) => {
  await hangAfterCharge(playground, () => playground.press("Run the client script"));
  await playground.menu("Wipe…");
  await playground.press("Wipe everything");
  await expect.poll(async () => (await playground.ledger()).length).toBe(0);
  await playground.isUp();
  expect(await playground.journal()).toEqual([]);
  // The plan is a setting, which stays; what it counted was wiped.
  await playground.press("Disarm");
  await playground.press("Run the client script");
  const transcript = page.getByRole("list", { name: "Transcript" });
  await expect(transcript).toContainText("The script has ended.");
  expect(await stepsOf(transcript)).toHaveLength(9);
});

test("an example whose server has crashed is run from the menu all the same", async ({
  playground,
}) => {
  await playground.open();
  await playground.press("Crash");
  const { transcript } = await runFromMenu(playground, "Payment processing");
  await expect(transcript).toContainText("The script has ended.");
});

test("a run is stopped in the middle of a call, which is cancelled", async ({ playground }) => {
  const { harness, transcript } = await hangAfterCharge(playground, () =>
    runFromMenu(playground, "Payment processing"),
  );
  await expect(transcript).toContainText('process_payment({"amount":25');
  await harness.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(transcript).toContainText("The script was stopped.");
  await expect
    .poll(async () => (await playground.journal()).map(({ state }) => state))
    .toEqual(["cancelled"]);
  await expect(harness.getByRole("button", { name: "Stop", exact: true })).toBeDisabled();
  // Another run is a run of its own.
  await harness.getByRole("button", { name: "Run again on the kept store" }).click();
  await expect(transcript).toContainText("The script has ended.");
});

for (const { example, title, preset, instead, counts, maps, effects } of CRASHES) {
  test(`${example}: a run whose server dies in the middle goes on with the next, to what its guards promise`, async ({
    page,
    playground,
  }) => {
    await playground.open(`/?example=${example}`);
    // The script's own retry is the second execution, and none is resumed beside it.
    await playground.toggle("Hold interrupted calls");
    await playground.arm(preset);
    const { harness, transcript } = await runFromMenu(playground, title);
    await expect(transcript).toContainText("It waits for the next server");
    await harness.getByRole("button", { name: "Restart the server" }).click();
    await expect(transcript).toContainText("The script has ended.");
    const reported = await stepsOf(transcript);
    const steps = EXAMPLES.find(({ name }) => name === example)?.steps ?? [];
    const expected = steps.flatMap(([call, answer], index): Step[] => {
      const changed = instead[index];
      return changed === null ? [] : [[call, changed ?? answer]];
    });
    expect(reported).toEqual(
      expected.map((step) => step.map((part) => expect.stringContaining(part) as unknown)),
    );

    expect(sizesOf(await readMaps(page, `playground-${example}`))).toEqual(maps);
    const ledger = await readTable(page, `playground-${example}-ledger`, "rows");
    expect((ledger as LedgerRow[]).map(({ operation }) => operation)).toEqual(effects);

    await page.keyboard.press("q");
    await expect(harness).toBeHidden();
    await page.goto(`/?example=${example}&call=${await hitCall(page, example)}`);
    await playground.counts(counts[0], counts[1], counts[2]);
  });
}

/** The one invocation that has a crashed execution. */
async function hitCall(page: Page, example: string): Promise<string> {
  const invocations = await readCalls(page, `playground-${example}`);
  const crashed = invocations.filter(({ executions }) =>
    executions.some(({ outcome }) => outcome === "crashed"),
  );
  expect(crashed).toHaveLength(1);
  return crashed[0]?.id ?? "";
}

function sizesOf(entries: readonly StoredMapEntry[]): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const { map } of entries) sizes[map] = (sizes[map] ?? 0) + 1;
  return sizes;
}
