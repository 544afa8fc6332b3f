/** Calls of paying servers that are made again until each is answered, and what must have come of them. */
import { expect } from "vitest";
import { uuidv7 } from "../durable/index.ts";
import type { DurableStore } from "../store/index.ts";
import type { Bank, PayingServer } from "./paying-servers.ts";

/** At a time. */
const CALLERS = 6;
/** How long what is dead may take to be replaced, and between two tries, in milliseconds. */
const PATIENCE_MS = 120_000;
const AGAIN_MS = 20;
/** So many calls are made at the most. */
const MOST = 100_000;

export class PayingLoad {
  /** What each call was answered: `paid …` or `failed …`. */
  readonly answers = new Map<string, string>();
  /** The longest time in which nothing was answered, in milliseconds. */
  longestStandstill = 0;
  #answeredAt = performance.now();

  /**
   * @param servers those that are there now
   * @param draw numbers in [0, 1)
   */
  constructor(
    private readonly servers: readonly PayingServer[],
    private readonly draw: () => number,
  ) {}

  /** Makes calls as long as `goesOn`; resolves when each has its answer. */
  async run(goesOn: () => boolean): Promise<void> {
    this.#answeredAt = performance.now();
    const caller = async (): Promise<void> => {
      while (goesOn()) await this.#untilAnswered(uuidv7());
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
  }

  async #untilAnswered(invocation: string): Promise<void> {
    const begun = performance.now();
    for (;;) {
      const server = this.servers[Math.floor(this.draw() * this.servers.length)];
      try {
        const { isError, content } = (await server?.pay(invocation)) ?? { content: [] };
        this.answers.set(invocation, `${isError ? "failed" : "paid"} ${JSON.stringify(content)}`);
        const now = performance.now();
        this.longestStandstill = Math.max(this.longestStandstill, now - this.#answeredAt);
        this.#answeredAt = now;
        return;
      } catch (error) {
        if (performance.now() - begun > PATIENCE_MS) throw error;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  /** Every call has ended as it was answered; who was told that it is paid was charged once, the others at most once. */
  async expectEachOnce(store: DurableStore, bank: Bank): Promise<void> {
    const invocations = await store.readInvocations({ limit: MOST });
    expect(invocations.length).toBe(this.answers.size);
    const states = new Set(invocations.map(({ state }) => state));
    expect([...states].filter((state) => state !== "completed" && state !== "failed")).toEqual([]);
    const payments = await store.readRange({
      map: "payments",
      direction: "ascending",
      limit: MOST,
    });
    const paid = new Set(payments.map(({ key }) => key));
    const charges = new Map<string, number>();
    for (const { invocation, operation } of bank.done) {
      if (operation === "charge") charges.set(invocation, (charges.get(invocation) ?? 0) + 1);
    }
    for (const { id, state } of invocations) {
      const own = charges.get(id) ?? 0;
      const isPaid = this.answers.get(id)?.startsWith("paid");
      expect([id, own <= 1, isPaid ? own : 1]).toEqual([id, true, 1]);
      expect([id, state, paid.has(id)]).toEqual([id, isPaid ? "completed" : "failed", isPaid]);
    }
  }
}
