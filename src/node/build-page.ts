/** Before `npm run serve`: builds the page, unless that was done before. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("../..", import.meta.url));

if (!existsSync(`${root}/dist/index.html`)) {
  console.log("Building the page, once.");
  await build({ root, logLevel: "warn" });
}
