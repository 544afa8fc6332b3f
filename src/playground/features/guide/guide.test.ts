/** The guided first minute, as its buttons do it. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exampleOf, playgroundLab } from "../../../testing/example.ts";
import { examples } from "../../../examples/index.ts";
import { chargeAndCrash, putBack, restartAndSettle, settingsIn } from "./guide.ts";
import type { Playground } from "../../runtime/playground.ts";
import type { PlannedFault } from "../../../host/index.ts";

const lab = playgroundLab();
let playground: Playground;
beforeEach(async () => {
  // A payment, on databases of the test's own.
  playground = await lab.open({ ...examples[0], name: exampleOf().name });
});
afterEach(() => lab.close());

const own: PlannedFault = { point: "map:committed", kind: "hang", when: { nth: 9 } };
const charges = async (): Promise<number> =>
  (await playground.world?.ledger.rows({ limit: 9 }))?.length ?? Number.NaN;

it.each([
  ["on", 1],
  ["off", 2],
] as const)(
  "with the guards %s a payment whose server dies is charged %i time(s)",
  async (guards, times) => {
    await playground.settings.configure({ resume: "hold", guards: "on" });
    await playground.settings.arm("mine", [own]);
    const mine = playground.snapshot().settings;
    const { id, before } = await chargeAndCrash(playground, guards);
    expect(playground.snapshot()).toMatchObject({ server: "crashed", settings: { guards } });
    expect(await charges()).toBe(1);
    await restartAndSettle(playground, id);
    expect(playground.snapshot().server).toBe("running");
    const state = (await playground.store?.readInvocation(id))?.state;
    expect(["completed", "failed"]).toContain(state);
    expect(await charges()).toBe(times);
    expect(before).toEqual(mine);
    await putBack(playground, before);
    expect(playground.snapshot().settings).toEqual(mine);
  },
);

it("starts a server that is stopped before", async () => {
  await playground.stop();
  const { id } = await chargeAndCrash(playground, "on");
  expect((await playground.store?.readInvocation(id))?.tool).toBe("process_payment");
});

describe("where it cannot be shown", () => {
  it("for the server does not come up, it is told, and no setting is changed", async () => {
    const before = playground.snapshot().settings;
    await playground.close();
    await expect(chargeAndCrash(playground, "off")).rejects.toThrow("The server does not run");
    expect(playground.snapshot().settings).toEqual(before);
  });

  it("for the call ends without a crash, it is told, and the settings are put back", async () => {
    const before = playground.snapshot().settings;
    vi.spyOn(playground.settings, "arm").mockResolvedValueOnce(undefined);
    await expect(chargeAndCrash(playground, "off")).rejects.toThrow("without a crash");
    expect(playground.snapshot().settings).toEqual(before);
  });

  it("for the next server does not come up, nobody waits for it", async () => {
    const { id } = await chargeAndCrash(playground, "on");
    await playground.close();
    await expect(restartAndSettle(playground, id)).rejects.toThrow("The server does not run");
  });

  it("for the call was wiped meanwhile, there is nothing to wait for", async () => {
    const { id } = await chargeAndCrash(playground, "on");
    await playground.wipe();
    await restartAndSettle(playground, id);
    expect(await playground.store?.readInvocation(id)).toBeUndefined();
  });
});

describe("settingsIn", () => {
  it("reads what a tab kept", () => {
    const { settings } = playground.snapshot();
    expect(settingsIn(JSON.stringify(settings))).toEqual(settings);
  });

  it.each(["", "damaged", "null", "[]", '{"guards":"maybe"}'])("finds none in %j", (text) => {
    expect(settingsIn(text)).toBeUndefined();
  });
});
