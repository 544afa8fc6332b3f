/** Finds the Chromium that tests and benchmarks run in. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "playwright";

const ON_THE_MACHINE = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** `CHROMIUM_PATH`, else Playwright's own, else one on the machine. */
export function findBrowser(): string | undefined {
  const named = process.env["CHROMIUM_PATH"];
  return [...(named ? [named] : []), chromium.executablePath(), ...ON_THE_MACHINE].find(existsSync);
}

/** Finds a browser, or installs one. */
export function ensureBrowser(): string {
  const found = findBrowser();
  if (found) return found;
  console.log("No Chromium found; installing one.");
  const attempts: (readonly [string, readonly string[]])[] = [
    ["npx", ["playwright", "install", "chromium"]],
  ];
  if (process.getuid?.() === 0) {
    attempts.push(
      ["apt-get", ["update", "-qq"]],
      ["apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"]],
    );
  }
  for (const [command, args] of attempts) {
    try {
      // Playwright's download hangs where its host cannot be reached.
      execFileSync(command, args, { stdio: "ignore", timeout: 5 * 60_000 });
    } catch {
      console.log(`  ${command} ${args.join(" ")} did not work.`);
    }
    const installed = findBrowser();
    if (installed) return installed;
  }
  throw new Error(
    "No Chromium was found and none could be installed: install Chromium or Chrome, and name it in CHROMIUM_PATH.",
  );
}

/** Features that are off: of two such arguments the browser heeds the last, so that Playwright's are named, too. */
const OFF = [
  // A window makes a page for its address bar's list: nobody sees it, and it costs as much as the playground.
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
  "WebUIOmniboxFullPopup",
  // Of Playwright's own list (1.65.1), what concerns Chromium here.
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "LensOverlay",
  "MediaRouter",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "AimEnabled",
  "PreconnectToSearch",
];

/** No sandbox as root, and nothing that asks the network. */
export const BROWSER_ARGS = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--disable-features=${OFF.join(",")}`,
];
