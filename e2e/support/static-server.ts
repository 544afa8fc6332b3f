/** Any server of files, as bare as can be: the build lies under a path of it, and nothing else does. */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** Serves a folder under a path, which ends with a slash. */
export async function serveFiles(folder: string, under: string) {
  /** What was asked for in vain. */
  const missed: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://localhost");
    const name = pathname.slice(under.length) || "index.html";
    const file = join(folder, name);
    if (!pathname.startsWith(under) || !existsSync(file) || !statSync(file).isFile()) {
      missed.push(pathname);
      response.writeHead(404).end();
      return;
    }
    response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${under}`,
    missed,
    close: (): void => {
      server.close();
      server.closeAllConnections();
    },
  };
}
