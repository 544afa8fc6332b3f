/** Serves the built page on this machine, or says in a sentence why not and what to do. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { listen, PortTakenError, type Listening } from "./listen.ts";
import { pageApp } from "./page-app.ts";
import { portBeside } from "./port.ts";
import { toolFileRoutes } from "./tool-file-route.ts";
import type { WatchedToolFile } from "./watch-tool-file.ts";

/** The page's title, by which another playground is known. */
const TITLE = "<title>Durable MCP Playground</title>";
/** How long a stranger may take to say what it is, in milliseconds. */
const PATIENCE_MS = 1000;

/** Its message is for the person who started it. */
export class CannotServeError extends Error {
  override readonly name = "CannotServeError";
}

export interface PageServer extends Listening {
  readonly url: string;
}

/**
 * @param directory the build
 * @param port 0 for any that is free
 * @param toolFile the file that the page opens on
 * @throws CannotServeError where there is no build, or the port is taken
 */
export async function servePage(
  directory: string,
  port: number,
  toolFile?: WatchedToolFile,
): Promise<PageServer> {
  requireBuild(directory);
  try {
    const app = pageApp(directory, toolFile && ((app) => toolFileRoutes(app, directory, toolFile)));
    const listening = await listen(app, port);
    return { ...listening, url: `http://localhost:${listening.port}` };
  } catch (error) {
    if (!(error instanceof PortTakenError)) throw error;
    throw new CannotServeError(
      `Port ${error.port} is taken by ${await occupant(error.port)}: stop that one, or take another port with --port ${portBeside(error.port)}.`,
    );
  }
}

/** @throws CannotServeError where there is no build */
export function requireBuild(directory: string): void {
  if (existsSync(join(directory, "index.html"))) return;
  throw new CannotServeError(
    `There is no page in ${directory}: build it first, with “npm run build”.`,
  );
}

async function occupant(port: number): Promise<string> {
  try {
    const answer = await fetch(`http://localhost:${port}/`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if ((await answer.text()).includes(TITLE)) return "another playground";
  } catch {
    // It speaks no HTTP, or not at once: that is no playground.
  }
  return "another program";
}
