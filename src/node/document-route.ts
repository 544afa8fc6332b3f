/** The page's document, with a word of what it is opened on. */
import type { Express } from "express";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { policyHeader } from "./content-policy.ts";

export interface OpenedOn {
  /** Of the meta element. */
  readonly name: string;
  readonly content: string;
  readonly data?: Readonly<Record<string, string | undefined>>;
}

/** @param directory the build */
export function documentRoute(
  app: Express,
  directory: string,
  { name, content, data = {} }: OpenedOn,
): void {
  app.get(["/", "/index.html"], (_, response) => {
    const html = readFileSync(join(directory, "index.html"), "utf8");
    const more = Object.entries(data).flatMap(([key, text]) =>
      text === undefined ? [] : ` data-${key}="${escaped(text)}"`,
    );
    const meta = `<meta name="${name}" content="${escaped(content)}"${more.join("")} />`;
    response
      .set({
        "Content-Security-Policy": policyHeader("index.html"),
        // It may hold a secret of this run.
        "Cache-Control": "no-store",
      })
      .type("html")
      .send(html.replace("</head>", () => `${meta}</head>`));
  });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
