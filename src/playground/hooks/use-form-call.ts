import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { initialArguments, parseArguments, type ParsedArguments } from "../runtime/arguments.ts";
import { usePlace } from "./use-location.ts";
import { usePlaygroundPart } from "./use-playground.ts";

export type FormCall = ParsedArguments & {
  /** Absent while the server lists none. */
  readonly tool: Tool | undefined;
  /** What stands in the form, as it is typed. */
  readonly text: string;
};

/** The call that stands in the form. */
export function useFormCall(): FormCall {
  const tools = usePlaygroundPart((state) => state.tools);
  const drafts = usePlaygroundPart((state) => state.drafts);
  const [place] = usePlace();
  const tool = tools.find(({ name }) => name === place.tool) ?? tools[0];
  const text = tool ? (drafts[tool.name] ?? initialArguments(tool.inputSchema)) : "";
  return { tool, text, ...parseArguments(text) };
}
