/** Whether the page was opened on a file of the disk (`npm start -- ./my-tools.ts`). */

/** Where the page listens for it; `undefined` where there is none. The server adds it to the document. */
export function toolFileUrl(): string | undefined {
  if (typeof document === "undefined") return undefined;
  return document.querySelector<HTMLMetaElement>('meta[name="tool-file"]')?.content;
}
