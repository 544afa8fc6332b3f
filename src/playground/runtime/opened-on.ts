/**
 * What the page was opened on, as its document tells: a file of the disk (`npm start -- ./my-tools.ts`),
 * or a server in another process (`npm run serve`).
 */
import { exampleNamed, type Example } from "../../examples/index.ts";

/** A server in another process. */
export interface Served {
  readonly name: string;
  /** The example that it is. */
  readonly example: string | undefined;
  /** Where its store is. */
  readonly where: string | undefined;
  /** What its sockets want to hear. */
  readonly secret: string | undefined;
}

/** Names it where examples are named. */
export const SERVED = "served";

/** Where the page listens for its file; `undefined` where there is none. */
export function toolFileUrl(): string | undefined {
  return typeof document === "undefined" ? undefined : metaOf(document, "tool-file")?.content;
}

/** @param page a document that its server has sent */
export function servedOf(page: ParentNode): Served | undefined {
  const meta = metaOf(page, SERVED);
  const { example, where, secret } = meta?.dataset ?? {};
  return meta && { name: meta.content, example, where, secret };
}

const metaOf = (page: ParentNode, name: string): HTMLMetaElement | undefined =>
  page.querySelector<HTMLMetaElement>(`meta[name="${name}"]`) ?? undefined;

export const served = typeof document === "undefined" ? undefined : servedOf(document);

/** As the page opens it, like an example; `undefined` where the page was opened on none. */
export const servedExample: Example | undefined = served && {
  name: SERVED,
  title: `${served.name} (server)`,
  shows: `A server on ${served.where ?? ""}.`,
  load: async () => {
    const example = exampleNamed(served.example ?? "");
    if (example) return await example.load();
    throw new Error(
      "The code of this server is not in the page: for this, open the page on its file (npm start -- <file>).",
    );
  },
};
