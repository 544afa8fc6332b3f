/** Tells the page of the tool file that it was opened on, and of every build. */
import type { Express, Request, Response } from "express";
import type { ToolFileState } from "../sandbox/index.ts";
import { isNamed } from "./local-requests.ts";
import { documentRoute } from "./document-route.ts";
import type { WatchedToolFile } from "./watch-tool-file.ts";

const PATH = "/tool-file";

/** @param directory the build */
export function toolFileRoutes(app: Express, directory: string, file: WatchedToolFile): void {
  documentRoute(app, directory, { name: "tool-file", content: `.${PATH}` });
  app.get(PATH, (request, response) => {
    if (request.method === "HEAD") response.end();
    else if (isLocal(request)) stream(response, file);
    else
      response.status(403).type("text/plain").send("Only this machine's own page is answered.\n");
  });
}

/** The file is nobody's but this machine's: a name that leads here from elsewhere is refused. */
function isLocal({ headers }: Request): boolean {
  const site = headers["sec-fetch-site"] ?? "none";
  return isNamed(headers.host) && (site === "same-origin" || site === "none");
}

/** Server-sent events: the state as it is, and each later one. */
function stream(response: Response, file: WatchedToolFile): void {
  const send = (state: ToolFileState | undefined): void => {
    if (state) response.write(`data: ${JSON.stringify(state)}\n\n`);
    else response.end();
  };
  // Compressed, it would wait for more.
  response.set({ "Content-Type": "text/event-stream", "Cache-Control": "no-store, no-transform" });
  response.flushHeaders();
  send(file.state);
  response.on("close", file.subscribe(send));
}
