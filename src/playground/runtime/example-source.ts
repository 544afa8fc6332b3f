/** The examples' servers and client scripts as text, beside what runs. */
const servers = import.meta.glob<string>("../../examples/*/server.ts", {
  query: "?raw",
  import: "default",
});
const clients = import.meta.glob<string>("../../examples/*/client.ts", {
  query: "?raw",
  import: "default",
});

/** @throws Error where there is no such example */
export async function sourceOf(example: string): Promise<string> {
  return await textOf(servers, example, "server");
}

/** @throws Error where there is no such example */
export async function clientSourceOf(example: string): Promise<string> {
  return await textOf(clients, example, "client");
}

async function textOf(
  sources: Readonly<Record<string, () => Promise<string>>>,
  example: string,
  file: string,
): Promise<string> {
  const load = sources[`../../examples/${example}/${file}.ts`];
  if (!load) throw new Error(`There is no ${file} of the example ${example}.`);
  return await load();
}
