import { ErrorCode, ResourceUpdatedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { call, ok, openLab, type Lab } from "../testing/lab.ts";
import { SortedMap, toBytes, type DurableMcpServer } from "../index.ts";
import { deferred } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

const writer = (server: DurableMcpServer): void => {
  server.registerTool(
    "write",
    { inputSchema: { map: z.string(), key: z.string() } },
    async ({ map, key }, context) => {
      await SortedMap.ref(map).insert(context, { entries: { [key]: toBytes(key) } });
      await context.log("info", `wrote ${key}`);
      return ok();
    },
  );
};

async function keysOf(client: Awaited<ReturnType<Lab["serve"]>>["client"], uri: string) {
  const { contents } = await client.readResource({ uri });
  const [first] = contents;
  const text = first && "text" in first ? first.text : "";
  return (JSON.parse(text) as { entries: { key: string }[] }).entries.map(({ key }) => key);
}

it("each map is listed, and read whole or by a range", async () => {
  const { client } = await lab.serve(writer);
  for (const key of ["c", "a", "b"]) await call(client, "write", { map: "audit:x y", key });
  const { resources } = await client.listResources();
  expect(resources.map(({ uri, name }) => [uri, name])).toEqual([
    ["sortedmap://audit%3Ax%20y", "audit:x y"],
  ]);
  const [uri = ""] = resources.map((resource) => resource.uri);
  expect(await keysOf(client, uri)).toEqual(["a", "b", "c"]);
  expect(await keysOf(client, `${uri}?start=b`)).toEqual(["b", "c"]);
  expect(await keysOf(client, `${uri}?end=b&limit=5`)).toEqual(["a"]);
  expect(await keysOf(client, `${uri}?limit=2`)).toEqual(["a", "b"]);
  expect((await client.listResourceTemplates()).resourceTemplates).toMatchObject([
    { uriTemplate: "sortedmap://{name}{?start,end,limit}" },
  ]);
});

it("a URI that names no range is refused, and says why", async () => {
  const { client } = await lab.serve(writer);
  for (const uri of [
    "http://m",
    "sortedmap://",
    "sortedmap://m?limit=0",
    "sortedmap://m?start=b&end=a",
  ]) {
    await expect(client.readResource({ uri })).rejects.toMatchObject({
      code: ErrorCode.InvalidParams,
    });
  }
});

it("map names are completed", async () => {
  const { client } = await lab.serve(writer);
  for (const map of ["users", "user_log", "other"]) await call(client, "write", { map, key: "k" });
  const { completion } = await client.complete({
    ref: { type: "ref/resource", uri: "sortedmap://{name}{?start,end,limit}" },
    argument: { name: "name", value: "user" },
  });
  expect(completion).toMatchObject({ values: ["user_log", "users"], total: 2 });
});

it("a subscriber is told when its range changes, and not when another does", async () => {
  const { client } = await lab.serve(writer);
  const reported: string[] = [];
  let next = deferred<void>();
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
    reported.push(params.uri);
    next.resolve();
  });
  const uri = "sortedmap://m?start=b&end=d";
  await client.subscribeResource({ uri });
  await call(client, "write", { map: "m", key: "a" });
  await call(client, "write", { map: "other", key: "c" });
  await call(client, "write", { map: "m", key: "c" });
  await next.promise;
  expect(reported).toEqual([uri]);
  next = deferred<void>();
  await client.subscribeResource({ uri: "sortedmap://m" });
  await client.unsubscribeResource({ uri });
  await call(client, "write", { map: "m", key: "bb" });
  await next.promise;
  expect(reported).toEqual([uri, "sortedmap://m"]);
  // A wipe is a change of every map that held something.
  next = deferred<void>();
  await lab.store.wipe();
  await next.promise;
  expect(reported).toEqual([uri, "sortedmap://m", "sortedmap://m"]);
});
