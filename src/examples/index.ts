/** The registry of examples. */
import type { Example } from "./example.ts";
import { processing } from "./processing/index.ts";

export type { Example, Print, ServerParts, TranscriptLine } from "./example.ts";

export const examples: readonly [Example, ...Example[]] = [processing];

export function exampleNamed(name: string): Example | undefined {
  return examples.find((example) => example.name === name);
}
