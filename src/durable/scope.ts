/** Where in a tool something is asked for: in its body, or within the callables of guards. */
import { sameChange, type GuardKind, type MapChange } from "../store/index.ts";
import type { Passing } from "./fault-plan.ts";

/** One mutation, as it was asked for. */
export interface Mutation {
  readonly map: string;
  readonly change: MapChange;
}

/** The tool's body, or one attempt of a guard's callable within a scope. */
export interface Scope {
  readonly parent?: Scope;
  readonly guard?: { readonly alias: string; readonly attempt: number; readonly kind: GuardKind };
  /** The callable has settled: what its attempt left running begins nothing more. */
  isSettled?: true;
  /** How many effects and questions were asked with the scope's own context. */
  asks?: number;
  /** What was asked for in this scope, kept where effect validation compares it. */
  readonly asked?: Asked;
  /**
   * It is the second run of effect validation, after this first one: mutations are collected and
   * not applied, and a question to the client is answered as it was then.
   */
  readonly validates?: Asked;
}

/** What one run of a callable asked for, in order. */
export interface Asked {
  readonly mutations: Mutation[];
  readonly requests: { readonly request: unknown; readonly answer: Promise<unknown> }[];
  readonly effects: {
    readonly name: string;
    readonly position: number;
    readonly request: unknown;
    readonly answer: Promise<unknown>;
  }[];
}

/** How many effects and questions the scope and those around it have asked for. */
export function asksAround(scope: Scope | undefined): number {
  return scope ? (scope.asks ?? 0) + asksAround(scope.parent) : 0;
}

/** The guard and the attempt within whose callable a scope is; `undefined` in the body. */
export function guardOf({ guard }: Scope) {
  return guard && { alias: guard.alias, attempt: guard.attempt };
}

/** The guards within whose callables a scope is, from the outermost in. */
export function guardsAround(scope: Scope | undefined): Passing["around"] {
  if (!scope) return [];
  const { parent, guard } = scope;
  return [...guardsAround(parent), ...(guard ? [{ alias: guard.alias, kind: guard.kind }] : [])];
}

export function sameMutation(a: Mutation, b: Mutation): boolean {
  return a.map === b.map && sameChange(a.change, b.change);
}
