/** What passes between the page and the worker that checks types. */
import type { createWorker } from "@valtown/codemirror-ts/worker";
import type { Methods } from "../../store/remote/index.ts";

export interface TypesInit {
  /** Of the declarations. */
  readonly url: string;
}

/** What is wrong in the code, and where. */
export interface Problem {
  readonly from: number;
  readonly to: number;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

type Service = ReturnType<typeof createWorker>;

export type HoverInfo = NonNullable<ReturnType<Service["getHover"]>>;

export type TypeCalls = {
  [Name in "updateFile" | "getAutocompletion" | "getHover"]: (
    ...args: Parameters<Service[Name]>
  ) => Promise<Awaited<ReturnType<Service[Name]>>>;
} & {
  getLints(file: { readonly path: string }): Promise<readonly Problem[]>;
};

export const TYPE_CALLS: Methods & Record<keyof TypeCalls, Methods[string]> = {
  updateFile: {},
  getLints: {},
  getAutocompletion: {},
  getHover: {},
};
