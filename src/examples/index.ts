/** The registry of examples. */
import { auditExample } from "./audit/index.ts";
import { define } from "./define/index.ts";
import { document } from "./document/index.ts";
import type { Example } from "./example.ts";
import { processing } from "./processing/index.ts";
import { steps } from "./steps/index.ts";

export type { Answer, ClientScript, ScriptOptions, TranscriptLine } from "./client-script.ts";
export { serverOf, type Example } from "./example.ts";
export { stableId } from "./stable-id.ts";

/** What client scripts are run by, loaded when one is. */
export const loadClientScript = () => import("./client-script.ts");
/** What they reach a server by that is elsewhere. */
export const loadUrlClient = () => import("./url-client.ts");

/** The first is the one that the page opens with. */
export const examples: readonly [Example, ...Example[]] = [
  processing,
  steps,
  document,
  define,
  auditExample,
];

export function exampleNamed(name: string): Example | undefined {
  return examples.find((example) => example.name === name);
}
