/** What the browser lets the page's documents do: said by the build's meta element and by the server. */

/** Strict: nothing from elsewhere, nothing inline, no eval. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "media-src data:",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** A meta element cannot say who may frame the page. */
const PAGE_HEADER = `${PAGE_POLICY}; frame-ancestors 'none'`;

/** In which a person's own server runs: one script, and workers that inherit this. As in public/sandbox.html. */
export const SANDBOX_POLICY = [
  "default-src 'none'",
  "script-src 'sha256-rTYBZh3sxOuD/pUTcxMeS1NqFyU+Ld2eGwNCYQeia68='",
  "worker-src blob:",
].join("; ");

/** A document that needs another policy than the page stands here, by its path in the build. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  "index.html": PAGE_HEADER,
  "sandbox.html": `${SANDBOX_POLICY}; frame-ancestors 'self'`,
};

/** The header that a file of the build is sent with; without a file, that of an answer which is none. */
export function policyHeader(file = "index.html"): string {
  return DOCUMENTS[file] ?? PAGE_HEADER;
}
