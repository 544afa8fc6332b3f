/**
 * A browser whose profile stays on disk when it ends: for tests that kill its process and start the next.
 *
 * It is killed by the process id that it tells itself, with all that it started, and nothing else on
 * the machine is looked for: another run of the same test may be under way.
 */
import { chromium, type BrowserContext, type Page } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BROWSER_ARGS, findBrowser } from "./browser.ts";

export interface KeptBrowser {
  readonly context: BrowserContext;
  /** The one that it opened with. */
  readonly page: Page;
  /** Ends its processes where they stand, and resolves when they are gone. */
  readonly kill: () => Promise<void>;
}

export interface KeptProfile {
  readonly folder: string;
  /** Starts a browser on the profile; the one before is over. */
  launch(): Promise<KeptBrowser>;
  /** Closes what runs on it, and deletes it. */
  remove(): Promise<void>;
}

export function newProfile(baseURL: string | undefined): KeptProfile {
  const folder = mkdtempSync(join(tmpdir(), "playground-profile-"));
  const executablePath = findBrowser();
  let running: BrowserContext | undefined;
  return {
    folder,
    async launch() {
      const context = await chromium.launchPersistentContext(folder, {
        args: BROWSER_ARGS,
        viewport: { width: 1440, height: 900 },
        ...(baseURL ? { baseURL } : {}),
        ...(executablePath ? { executablePath } : {}),
      });
      running = context;
      const pid = await processOf(context);
      return {
        context,
        page: context.pages()[0] ?? (await context.newPage()),
        async kill() {
          const closed = context.waitForEvent("close");
          killTree(pid);
          await closed;
        },
      };
    },
    async remove() {
      await running?.close();
      // A process that was killed may have a file open for a moment longer.
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The browser's own process: a persistent context does not name it, the browser does. */
async function processOf(context: BrowserContext): Promise<number> {
  const session = await context.browser()?.newBrowserCDPSession();
  const answer = await session?.send("SystemInfo.getProcessInfo");
  const own = answer?.processInfo.find(({ type }) => type === "browser");
  if (!own) throw new Error("The browser did not tell its process id.");
  await session?.detach();
  return own.id;
}

function killTree(pid: number): void {
  if (process.platform === "win32") {
    execFileSync("taskkill", ["/T", "/F", "/PID", String(pid)], { stdio: "ignore" });
    return;
  }
  try {
    // Playwright starts it as the leader of a process group.
    process.kill(-pid, "SIGKILL");
  } catch {
    // A launcher script leads the group: what the browser started ends with it.
    process.kill(pid, "SIGKILL");
  }
}
