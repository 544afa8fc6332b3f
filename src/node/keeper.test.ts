/** What keeps a server running, and what ends that. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { HostState } from "../host/index.ts";
import { deferred } from "../store/index.ts";
import { Keeper, type KeptHost } from "./keeper.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A host whose starts go as the test says. */
function kept(start: () => Promise<void> = () => Promise.resolve()) {
  let state: HostState = "stopped";
  const done: string[] = [];
  const host = {
    get state() {
      return state;
    },
    serverId: "server",
    isHanging: false,
    start: async () => {
      done.push("start");
      state = "starting";
      try {
        await start();
        state = "running";
      } catch (error) {
        state = "stopped";
        throw error;
      }
    },
    stop: () => {
      done.push("stop");
      state = "stopped";
      return Promise.resolve();
    },
    restart: async () => {
      await host.stop();
      await host.start();
    },
    crash: () => done.push("crash"),
  };
  let die: (server: string) => void = () => undefined;
  const keeper = new Keeper(
    (onCrash) => {
      die = (server) => {
        state = "crashed";
        onCrash(server);
      };
      return host as unknown as KeptHost;
    },
    () => undefined,
  );
  return { keeper, host, done, die: () => die("server") };
}

it("the next server is started where one has died, and again where that fails", async () => {
  let isDown = false;
  const { keeper, host, done, die } = kept(() =>
    isDown ? Promise.reject(new Error("No database.")) : Promise.resolve(),
  );
  await keeper.start();
  isDown = true;
  die();
  await vi.advanceTimersByTimeAsync(1000);
  expect(done.length).toBeGreaterThan(2);
  isDown = false;
  await vi.advanceTimersByTimeAsync(5000);
  expect(host.state).toBe("running");
});

it("one that was stopped by a person stays stopped", async () => {
  const { keeper, done, die } = kept();
  await keeper.start();
  die();
  await keeper.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(done).toEqual(["start", "stop"]);
});

it("a restart that fails is told, and tried again", async () => {
  let isDown = false;
  const { keeper, host } = kept(() =>
    isDown ? Promise.reject(new Error("No database.")) : Promise.resolve(),
  );
  await keeper.start();
  isDown = true;
  await expect(keeper.restart()).rejects.toThrow("No database.");
  isDown = false;
  await vi.advanceTimersByTimeAsync(1000);
  expect(host.state).toBe("running");
});

it("a first start that fails is not tried again", async () => {
  const { keeper, done } = kept(() => Promise.reject(new Error("No such file.")));
  await expect(keeper.start()).rejects.toThrow("No such file.");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(done).toEqual(["start"]);
});

it("what is asked for happens in its order, the work between a stop and a start too", async () => {
  const { keeper, done } = kept();
  await keeper.start();
  const wiped = keeper.whileStopped(() => {
    done.push("work");
    return Promise.resolve();
  });
  await Promise.all([wiped, keeper.restart()]);
  expect(done).toEqual(["start", "stop", "work", "start", "stop", "start"]);
});

it("the end waits for no start that hangs, and what is asked for meanwhile is refused", async () => {
  const started = deferred<void>();
  const { keeper, host, done, die } = kept(() => started.promise);
  const starting = keeper.start();
  await vi.advanceTimersByTimeAsync(1);
  const ending = keeper.close();
  expect(done).toEqual(["start", "crash"]);
  await expect(keeper.start()).rejects.toThrow("The server is ending.");
  started.resolve();
  await starting;
  await ending;
  die();
  await vi.advanceTimersByTimeAsync(10_000);
  expect([host.state, done]).toEqual(["crashed", ["start", "crash", "stop"]]);
});
