/** What is being typed as tools' arguments: kept for the tab, over a reload. */
import { z } from "zod";
import { recall, remember } from "../browser/session-memory.ts";
import type { StateCell } from "./state-cell.ts";

const draftsSchema = z.record(z.string(), z.string());

/** By tool. */
type Drafts = Readonly<Record<string, string>>;

export class DraftDesk {
  readonly #name: string;

  constructor(
    private readonly cell: StateCell,
    example: string,
  ) {
    this.#name = `drafts:${example}`;
    cell.set({ drafts: this.#kept() });
  }

  /** Puts arguments into a tool's form. */
  load(tool: string, args: object): void {
    this.keep(tool, JSON.stringify(args, null, 2));
  }

  /** The same, to be changed by the person: the form has the focus as soon as it is there. */
  edit(tool: string, args: object): void {
    this.load(tool, args);
    this.cell.set({ isEditing: true });
  }

  /** The form has had the focus that `edit` asked for. */
  focused(): void {
    this.cell.set({ isEditing: false });
  }

  /** Keeps what is being typed as a tool's arguments; `undefined` is what the form begins with. */
  keep(tool: string, text: string | undefined): void {
    const { [tool]: _, ...others } = this.cell.state.drafts;
    this.cell.set({ drafts: text === undefined ? others : { ...others, [tool]: text } });
    remember(this.#name, JSON.stringify(this.cell.state.drafts));
  }

  #kept(): Drafts {
    try {
      return draftsSchema.parse(JSON.parse(recall(this.#name) ?? "{}"));
    } catch {
      return {}; // Written by something else: there is nothing of ours in it to keep.
    }
  }
}
