/**
 * The built page as an HTTP application.
 *
 * 1. It only shows files: no other method than GET and HEAD, nothing outside of the build, no
 *    dotfiles, and no page in the place of what is not there.
 * 2. Every answer carries the security headers, an error too.
 */
import compression from "compression";
import express, { type ErrorRequestHandler, type Express, type Response } from "express";
import { relative, sep } from "node:path";
import { policyHeader } from "./content-policy.ts";

const READING = ["GET", "HEAD"];
/** The build names these by what they hold. */
const HASHED = "assets/";
const FOR_EVER = "public, max-age=31536000, immutable";

/** @param addRoutes what the page is opened on, and how that reaches it */
export function pageApp(directory: string, addRoutes?: (app: Express) => void): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use((_, response, next) => {
    response.set({
      "Content-Security-Policy": policyHeader(),
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      "Cache-Control": "no-cache",
    });
    next();
  });
  app.use(({ method }, response, next) => {
    if (READING.includes(method)) next();
    else refuse(response.set("Allow", READING.join(", ")), 405, "Only GET and HEAD are answered.");
  });
  app.use(compression());
  addRoutes?.(app);
  app.use(
    express.static(directory, {
      // A part of a compressed file is no part of the file.
      acceptRanges: false,
      cacheControl: false,
      dotfiles: "ignore",
      redirect: false,
      setHeaders: (response, path) => {
        // By the file, not by the URL: one file has many URLs.
        const file = relative(directory, path).replaceAll(sep, "/");
        response.setHeader("Content-Security-Policy", policyHeader(file));
        if (file.startsWith(HASHED)) response.setHeader("Cache-Control", FOR_EVER);
      },
    }),
  );
  app.use((_, response) => refuse(response, 404, "There is nothing here."));
  app.use(failed);
  return app;
}

/** Four parameters are how it is known for an error's. */
const failed: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) next(error);
  else refuse(response, 500, "This could not be read.");
};

function refuse(response: Response, status: number, text: string): void {
  response.status(status).type("text/plain").send(`${text}\n`);
}
