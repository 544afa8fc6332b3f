/** A run is held while it is shown, also where it could not be held at first. */
import { expect, it, vi } from "vitest";
import { exampleOf } from "../../testing/example.ts";
import { Playground } from "./playground.ts";
import { RunHold } from "./run-hold.ts";

const offline = (): Promise<never> => Promise.reject(new Error("offline"));

it("what could not be held is held at the next try, and let go once", async () => {
  const release = vi.fn(() => Promise.resolve());
  const clear = vi.fn(() => Promise.resolve());
  let tries = 0;
  const hold = new RunHold("run", () =>
    ++tries === 1 ? offline() : Promise.resolve({ hold: () => Promise.resolve(release), clear }),
  );
  await expect(hold.acquire()).rejects.toThrow("offline");
  await hold.release();
  expect(release).not.toHaveBeenCalled();
  await hold.acquire();
  await hold.release();
  await hold.release();
  expect(release).toHaveBeenCalledTimes(1);
  await expect.poll(() => clear).toHaveBeenCalledTimes(1);
});

it("the page tells that a run could not be held, and closes all the same", async () => {
  const playground = new Playground(exampleOf(), "explore-none-1", offline);
  await playground.open();
  expect(playground.snapshot()).toMatchObject({ phase: "failed", error: { message: "offline" } });
  await playground.close();
});
