export interface Program {
  /** As its first line says it, in a comment. */
  readonly name: string | undefined;
  readonly code: string;
}

/** The programs in TypeScript of a page of documentation. */
export function programsOf(markdown: string): Program[] {
  return [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => ({
    name: /^\/\/ (\S+\.ts)\n/.exec(code)?.[1],
    code,
  }));
}
