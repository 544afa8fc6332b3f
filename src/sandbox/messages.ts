/** What passes between the page and a worker of its own, beside what any host and its server have to say. */
import type { Answer, ClientScript } from "../examples/index.ts";
import type { Methods } from "../store/remote/index.ts";

/** What a worker is made with. */
export interface Init {
  /** Of the server, for its clients. */
  readonly name: string;
  /** By which name the tool file exports it. */
  readonly export: string;
}

/** What a worker is made with that runs a client script: by which of these names it is exported. */
export interface ClientInit {
  readonly exports: readonly string[];
}

/** What the page asks of a worker that has a client script. */
export interface ClientCalls {
  /** Resolves when the script has ended. */
  run(): Promise<void>;
}

export const CLIENT_CALLS: Methods & Record<keyof ClientCalls, Methods[string]> = {
  run: { waits: true },
};

/** What a client script asks of the page, whose client calls the tools. */
export interface ScriptCalls {
  heading(text: string): Promise<void>;
  note(text: string): Promise<void>;
  listTools(): Promise<void>;
  call(name: string, args: Record<string, unknown>, invocation?: string): Promise<Answer>;
}

export const SCRIPT_CALLS: Methods & Record<keyof ScriptCalls, Methods[string]> = {
  heading: {},
  note: {},
  listTools: {},
  call: {},
};

/** What a client script is given. */
export type OwnScript = Pick<ClientScript, "heading" | "note" | "listTools" | "call">;
