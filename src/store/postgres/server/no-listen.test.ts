/** A server that has no LISTEN, as CockroachDB has none: it is simulated, for the tests have no such server. */
import pg from "pg";
import { expect, inject, it, vi } from "vitest";
import { openPostgres } from "../index.ts";

/** Refuses LISTEN as a server does, with its code. */
function refuseListen(code: string): void {
  const real: unknown = Reflect.get(pg.Client.prototype, "query");
  const query = function (this: pg.Client, ...given: unknown[]): unknown {
    const [statement] = given;
    if (typeof statement !== "string" || !statement.startsWith("LISTEN")) {
      return (real as (...given: unknown[]) => unknown).apply(this, given);
    }
    return Promise.reject(Object.assign(new Error("unimplemented: LISTEN"), { code }));
  };
  vi.spyOn(pg.Client.prototype, "query").mockImplementation(query);
}

const url = inject("postgresUrl") ?? "";
const open = () => openPostgres({ url, schema });
let schema = "";

it.each(["0A000", "42601"])(
  "that answers %s is polled: changes are heard of all the same",
  async (code) => {
    schema = `deaf_${crypto.randomUUID().replaceAll("-", "")}`;
    refuseListen(code);
    const [one, two] = [await open(), await open()];
    const heard = vi.fn();
    two.subscribe(heard);
    await one.beginExecution({
      id: "01900000-0000-7000-8000-000000000001",
      tool: "pay",
      args: {},
      as: "client",
      owner: "test",
      guards: "on",
      at: 1,
    });
    await expect.poll(() => heard).toHaveBeenCalled();
    await one.close();
    await two.close();
  },
);

it("that may not be listened to for another reason is told", async () => {
  schema = `deaf_${crypto.randomUUID().replaceAll("-", "")}`;
  refuseListen("42501");
  await expect(open()).rejects.toThrow("unimplemented: LISTEN");
});
