/** The page as the inspector of a server: its document, which knows the secret of the run, and its sockets. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Inspected, Inspection } from "../remote/index.ts";
import { documentRoute } from "./document-route.ts";
import { InspectSockets } from "./inspect-sockets.ts";
import { refusalOf } from "./local-requests.ts";
import type { Log } from "./log.ts";
import { pageApp } from "./page-app.ts";
import type { Beside } from "./serve-host.ts";

export interface InspectorOptions {
  /** The build of the page. */
  readonly directory: string;
  readonly inspection: Inspection;
  readonly inspected: Inspected;
  readonly allowedHosts?: readonly string[] | undefined;
  readonly log: Log;
}

const SECRET_BYTES = 32;

export function inspector(options: InspectorOptions): Beside {
  const { directory, inspection, inspected, allowedHosts, log } = options;
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  const sockets = new InspectSockets({ inspected, secret, allowedHosts, log });
  const { name: content, example, where } = inspection;
  const opened = { name: "served", content, data: { example, where, secret } };
  return {
    addRoutes: (app) => {
      // A name that leads here from elsewhere would read the secret.
      app.use(({ headers }, response, next) => {
        const why = refusalOf(headers, allowedHosts);
        if (why === undefined) next();
        else response.status(403).type("text/plain").send(`${why}\n`);
      });
      if (existsSync(join(directory, "index.html"))) {
        app.use(pageApp(directory, (page) => documentRoute(page, directory, opened)));
      } else {
        app.get("/", (_, response) => {
          const text = "There is no page here yet: build it with “npm run build”, and start again.";
          response.status(404).type("text/plain").send(`${text}\n`);
        });
      }
    },
    attach: (servers) => sockets.attach(servers),
    close: () => sockets.close(),
  };
}
