/** The five verdicts, each by the case that makes it: in the list, at the call, and by the filter. */
import type { PlaygroundPage } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

interface Case {
  readonly verdict: string;
  readonly about: string;
  /** How often the bank really charged. */
  readonly effects: number;
  readonly make: (playground: PlaygroundPage) => Promise<void>;
}

const CASES: readonly Case[] = [
  {
    verdict: "done once",
    about: "a payment that nothing hinders",
    effects: 1,
    make: async (playground) => {
      await playground.press("Call process_payment");
      await playground.callIs("completed");
    },
  },
  {
    verdict: "done once",
    about: "a payment whose network fails twice before the bank is reached",
    effects: 1,
    make: async (playground) => {
      await playground.arm("Network error twice");
      await playground.press("Call process_payment");
      await playground.callIs("completed");
    },
  },
  {
    verdict: "done twice",
    about:
      "a charge whose answer is lost as a retryable error: the guard kept its word, the callable did not",
    effects: 2,
    make: async (playground) => {
      await playground.arm("Network error after the charge");
      await playground.press("Call process_payment");
      await playground.callIs("completed");
    },
  },
  {
    verdict: "done twice",
    about: "a crash after the charge, with the guards off",
    effects: 2,
    make: async (playground) => {
      await playground.toggle("Guards off");
      await playground.crashAndResume("process_payment");
    },
  },
  {
    verdict: "unknown: ask the service",
    about: "a crash between the charge and its record, with the guards on",
    effects: 1,
    make: (playground) => playground.crashAndResume("process_payment"),
  },
  {
    verdict: "unknown: ask the service",
    about: "an answer that is lost on its way to the client",
    effects: 1,
    make: async (playground) => {
      await playground.arm("Response lost after success");
      await playground.press("Call process_payment");
      await playground.callIs("completed");
    },
  },
  {
    verdict: "not done",
    about: "a payment that the bank rejects",
    effects: 0,
    make: async (playground) => {
      await playground.arm("Payment rejected");
      await playground.press("Call process_payment");
      await playground.callIs("completed");
    },
  },
  {
    verdict: "nothing to do",
    about: "a payment that is looked up",
    effects: 0,
    make: async (playground) => {
      await playground.press("Call process_payment");
      await playground.callIs("completed");
      const [{ request } = {}] = await playground.ledger();
      const { transaction_id } = request as { transaction_id: string };
      await playground.chooseTool("get_payment");
      await playground.page.getByLabel("transaction_id").fill(transaction_id);
      await playground.press("Call get_payment");
      await expect(playground.calls).toHaveCount(2);
    },
  },
];

for (const { verdict, about, effects, make } of CASES) {
  test(`${verdict}: ${about}`, async ({ page, playground }) => {
    await playground.open();
    await make(playground);
    const row = playground.calls.first();
    await expect(row).toContainText(verdict);
    const call = page.getByRole("region", { name: /^Call …/ });
    await expect(call.getByText(verdict, { exact: true }).first()).toBeVisible();
    await expect(call).toContainText(`effects ${effects}`);
    const [{ id } = { id: "" }] = (await playground.journal()).toReversed();
    const rows = await playground.ledger();
    expect(rows.filter(({ invocation }) => invocation === id)).toHaveLength(effects);
    // It is found by its verdict, and by no other.
    await playground.press("Filter");
    const filter = page.getByLabel("Verdict of the calls");
    await filter.selectOption({ label: verdict });
    await expect(page.getByText(/^1 call fits/)).toBeVisible();
    await expect(playground.calls).toHaveCount(1);
    await filter.selectOption({ label: verdict === "not done" ? "done once" : "not done" });
    await expect(playground.calls).toHaveCount(0);
  });
}
