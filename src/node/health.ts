/** What those ask who watch over a server: whether its process answers, and whether calls would be taken. */
import type { Express } from "express";
import { wordsOf } from "./log.ts";

/** How long the answer may take, in milliseconds: one that takes longer is none. */
const PATIENCE_MS = 2000;

export interface HealthOptions {
  readonly isReady: () => Promise<boolean>;
}

/** `/health` is 200 while the process answers; `/ready` is 200 while calls are taken, and 503 with the reason otherwise. */
export function healthRoutes(app: Express, { isReady }: HealthOptions): void {
  app.get("/health", (_, response) => void response.json({ status: "ok" }));
  app.get("/ready", async (_, response) => {
    const why = await reasonAgainst(isReady);
    response.status(why === undefined ? 200 : 503);
    response.json(why === undefined ? { status: "ready" } : { status: "not ready", why });
  });
}

async function reasonAgainst(isReady: () => Promise<boolean>): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("The database does not answer."), PATIENCE_MS);
  });
  const asked = isReady().then(
    (is) => (is ? undefined : "No server runs."),
    (error: unknown) => wordsOf(error),
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
