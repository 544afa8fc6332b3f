/** No file of the product imports itself over others, types included. What is loaded when it is needed may. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, normalize } from "node:path";
import { expect, it } from "vitest";

const STATIC = /^(?:import|export)\s[^;]*?from "(\.[^"]+)";|^import "(\.[^"]+)";/gm;

/** Every circle that the graph has, each once, as its files in the order of their imports. */
function circlesIn(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) circles.push([...path.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return circles;
}

function importsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(STATIC)].map(([, from, bare]) =>
    normalize(`${dirname(file)}/${from ?? bare}`),
  );
}

it("there are none", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
    .map((file) => normalize(`src/${file}`));
  const imports = new Map(files.map((file) => [file, importsOf(file)] as const));
  expect(imports.get("src/durable/guard.ts")).toContain("src/durable/guard-run.ts");
  expect(circlesIn(imports)).toEqual([]);
});

it("and one is found", () => {
  const imports = new Map([
    ["a", ["b"]],
    ["b", ["c", "d"]],
    ["c", ["b"]],
    ["d", []],
  ]);
  expect(circlesIn(imports)).toEqual([["b", "c", "b"]]);
});
