/** The examples' servers and client scripts as text, beside what runs. */
const sources = import.meta.glob<string>("../../examples/*/{server,client}.ts", {
  query: "?raw",
  import: "default",
});

/** @throws Error where there is no such example */
export async function sourceOf(
  example: string,
  file: "server" | "client" = "server",
): Promise<string> {
  const load = sources[`../../examples/${example}/${file}.ts`];
  if (!load) throw new Error(`There is no ${file} of the example ${example}.`);
  return await load();
}
