/** The examples' servers as text, beside what runs. */
const sources = import.meta.glob<string>("../../examples/*/server.ts", {
  query: "?raw",
  import: "default",
});

/** @throws Error where there is no such example */
export async function sourceOf(example: string): Promise<string> {
  const load = sources[`../../examples/${example}/server.ts`];
  if (!load) throw new Error(`There is no source of the example ${example}.`);
  return await load();
}
