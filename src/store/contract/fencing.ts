/** What a superseded execution is refused, and what marking waits for. */
import { describe, expect, it } from "vitest";
import {
  SupersededError,
  type GuardRecord,
  type InspectableStore,
  type InvocationRecord,
} from "../index.ts";
import { begin, byHand, claim, insert, refOf, useEngine, type Engine } from "./engine.ts";

type Act = (store: InspectableStore, begun: InvocationRecord) => Promise<unknown>;

const WAYS: readonly (readonly [string, Act])[] = [
  ["taken over", (store) => store.interruptInvocations({ dead: ["o"], at: 1 })],
  [
    "ended with work under way",
    (store, begun) =>
      store.endExecution({ begun, outcome: "failed", at: 1, unfinished: ["a write"] }, []),
  ],
];

/** The execution settles, claims and writes nothing any more. */
async function expectRefused(
  store: InspectableStore,
  begun: InvocationRecord,
  claimed: GuardRecord,
): Promise<void> {
  const late = [
    store.settleGuard({ claimed, at: 2, state: "stored" }),
    claim(store, begun, "b"),
    store.applyMutation({ ...byHand(insert("k")), by: refOf(begun) }),
  ];
  await Promise.all(late.map((write) => expect(write).rejects.toThrow(SupersededError)));
}

export function fencingContract(engine: Engine): void {
  const bench = useEngine(engine);

  describe.each(WAYS)("an execution that was %s", (_, supersede) => {
    it("claims, settles and writes nothing any more; the next one does", async () => {
      const { store } = bench;
      const first = await begin(store, "i");
      const other = await begin(store, "other", "p");
      const claimed = await claim(store, first, "a");
      await supersede(store, first);
      await expect(claim(store, first, "b")).rejects.toThrow(SupersededError);
      await expect(store.settleGuard({ claimed, at: 2, state: "stored" })).rejects.toThrow(
        SupersededError,
      );
      const mutation = byHand(insert("k"));
      await expect(store.applyMutation({ ...mutation, by: refOf(first) })).rejects.toThrow(
        SupersededError,
      );
      expect(await store.readGuards({ invocation: "i", limit: 9 })).toEqual([
        { ...claimed, isOver: true },
      ]);
      expect(await store.readMapNames()).toEqual([]);

      const second = await begin(store, "i");
      expect((await claim(store, second, "b")).attempts).toBe(1);
      await store.applyMutation({ ...mutation, by: refOf(second) });
      await store.applyMutation({ ...mutation, by: refOf(other) });
      expect(await store.readMapNames()).toEqual(["m"]);
      await expect(store.applyMutation({ ...mutation, by: refOf(first) })).rejects.toThrow(
        SupersededError,
      );
    });

    it("writes nothing after a wipe either", async () => {
      const { store } = bench;
      const begun = await begin(store, "i");
      const claimed = await claim(store, begun, "a");
      await supersede(store, begun);
      await store.wipe();
      await expectRefused(store, begun, claimed);
      expect(await store.readGuards({ limit: 9 })).toEqual([]);
      expect(await store.readMapNames()).toEqual([]);
    });

    it("cannot end any more, and what became of it stays", async () => {
      const { store } = bench;
      const begun = await begin(store, "i");
      await supersede(store, begun);
      const before = await store.readInvocation("i");
      const event = { n: 9, type: "backoff", at: 2, invocation: "i", execution: 1 } as const;
      const trace = await store.readTrace({ invocation: "i", limit: 9 });
      const late = { begun, outcome: "completed", at: 3, response: { late: true } } as const;
      expect(await store.endExecution(late, [event])).toBe(false);
      expect(await store.readInvocation("i")).toEqual(before);
      expect(await store.readAnswer("i", 1)).toBeUndefined();
      expect(await store.readTrace({ invocation: "i", limit: 9 })).toEqual(trace);
    });
  });

  it.each<[string, Act]>([
    ["marked interrupted", (other) => other.interruptInvocations({ dead: ["o"], at: 1 })],
    [
      "taken over",
      async (other, begun) => {
        await other.interruptInvocations({ dead: ["o"], at: 1 });
        await claim(other, await begin(other, begun.id), "a", "atLeastOnce");
      },
    ],
    ["wiped", (other) => other.wipe()],
  ])(
    "what was %s over another connection is not settled, alone or among others",
    async (_, act) => {
      const { store } = bench;
      const other = await bench.connect();
      for (const isAlone of [true, false]) {
        const id = isAlone ? "alone" : "among";
        const begun = await begin(store, id);
        if (!isAlone) await begin(store, "others", "p");
        const claimed = await claim(store, begun, "a", "atLeastOnce");
        await act(other, begun);
        const before = await store.readGuards({ invocation: id, limit: 9 });
        await expect(
          store.settleGuard({ claimed, at: 2, state: "stored", value: "late" }),
        ).rejects.toThrow(SupersededError);
        expect(await store.readGuards({ invocation: id, limit: 9 })).toEqual(before);
      }
    },
  );

  it("an execution ends once", async () => {
    const { store } = bench;
    const begun = await begin(store, "i");
    const end = { begun, outcome: "completed", at: 1, response: { first: true } } as const;
    expect(await store.endExecution(end, [])).toBe(true);
    expect(await store.endExecution({ ...end, response: { late: true } }, [])).toBe(false);
    expect(await store.readAnswer("i", 1)).toEqual({ first: true });
  });

  it("what was executing when all was wiped writes nothing any more", async () => {
    const { store } = bench;
    const begun = await begin(store, "i");
    const claimed = await claim(store, begun, "a");
    await store.wipe();
    await expectRefused(store, begun, claimed);
    const end = { begun, outcome: "completed", at: 1, response: {} } as const;
    expect(await store.endExecution(end, [])).toBe(false);
    expect(await store.readInvocations({ limit: 9 })).toEqual([]);
    expect(await store.readGuards({ limit: 9 })).toEqual([]);
    expect(await store.readMapNames()).toEqual([]);
    // The same id again is another invocation, which writes.
    const again = await begin(store, "i");
    expect(again.seq).toBeGreaterThan(begun.seq);
    await claim(store, again, "a");
  });

  const guarded: [string, Act, Act][] = [
    [
      "a mutation",
      (store, begun) => store.applyMutation({ ...byHand(insert("k")), by: refOf(begun) }),
      async (store) => (await store.readMapNames()).length,
    ],
    [
      "a claim",
      (store, begun) => claim(store, begun, "a"),
      async (store) => (await store.readGuards({ limit: 9 })).length,
    ],
  ];

  it.each(guarded)(
    "%s of a dead server that is under way is there when its calls are marked, or refused",
    async (_, write, count) => {
      const { store } = bench;
      const begun = await begin(store, "i");
      const refused = write(store, begun).then(
        () => false,
        () => true,
      );
      await store.interruptInvocations({ dead: [begun.last.owner], at: 1 });
      const seen = await count(store, begun);
      expect(seen).toBe((await refused) ? 0 : 1);
    },
  );

  it
    .skipIf(engine.isSideBySide)
    .each<[string, Act, Act]>([
      ...guarded,
      [
        "a trace",
        (store) =>
          store.appendTrace([{ n: 1, type: "backoff", at: 0, invocation: "i", execution: 1 }]),
        async (store) => (await store.readTrace({ invocation: "i", limit: 9 })).length,
      ],
      [
        "a hit",
        (store) => store.countHit("plan", 0),
        async (store) => (await store.readHits("plan")).size,
      ],
    ])(
    "marking dead servers' calls waits for %s that is still under way",
    async (_, write, count) => {
      const { store } = bench;
      const begun = await begin(store, "i");
      const writing = write(store, begun);
      await store.interruptInvocations({ dead: [], at: 1 });
      expect(await count(store, begun)).toBe(1);
      await writing;
    },
  );
}
