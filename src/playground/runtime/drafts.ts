/** What is being typed as tools' arguments: kept for the tab, over a reload. */
import { z } from "zod";
import { recall, remember } from "./session-memory.ts";

const draftsSchema = z.record(z.string(), z.string());
const nameOf = (example: string): string => `drafts:${example}`;

/** By tool. */
export type Drafts = Readonly<Record<string, string>>;

export function keptDrafts(example: string): Drafts {
  try {
    return draftsSchema.parse(JSON.parse(recall(nameOf(example)) ?? "{}"));
  } catch {
    return {}; // Written by something else: there is nothing of ours in it to keep.
  }
}

export function keepDrafts(example: string, drafts: Drafts): void {
  remember(nameOf(example), JSON.stringify(drafts));
}
