/** How often a property is tried: `few` times in `npm test`, as `npm run test:kills` says in long runs. */
export function runs(few: number): number {
  const said: unknown = import.meta.env["VITE_RUNS"];
  return Number(said ?? few);
}
