import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { playwright } from "@vitest/browser-playwright";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { BROWSER_ARGS, findBrowser } from "./e2e/support/browser.ts";
import { findFirefox, firefoxProvider } from "./e2e/support/firefox.ts";
import { PAGE_POLICY } from "./src/node/content-policy.ts";
import { leftOut } from "./src/node/left-out.ts";
import { DEFAULT_PORT } from "./src/node/port.ts";
import { sandboxRuntime } from "./src/node/sandbox-runtime.ts";
import { toolTypes } from "./src/node/tool-types.ts";
import { findPostgres } from "./src/testing/find-postgres.ts";

const RARELY_NEEDED =
  /(\/store\/(memory|remote)\/.*|upgrade|map-history|range-at|recordings|local-channels|local-liveness|overriding|registered-liveness|effect-validation|same-data|map-ranges|replay-check|schema-validator|audit|documents|bank|exchange|simulated-only|real-effects|verdict)\.ts$/;

const FIRST_PAGE =
  /\/node_modules\/((react|react-dom|scheduler|nuqs|@tanstack|react-error-boundary)\/|lucide-react\/dist\/esm\/\w+\.m?js)|\/playground\/(browser\/(persistence|session-memory|use-(media|stored|theme))|components\/(button|panel|part|split|state-badge)|hooks\/use-(chosen|form|live|location|playground)|runtime\/(arguments|data-note|drafts|page-client|playground|protocol|server-life|settings|state)|shell\/(app|root|columns))/;

/** Needed before the first call can be made: in two chunks it is smaller than in twenty. */
const firstLoad = [
  {
    name: "core",
    test: (id: string): boolean =>
      /\/src\/(model|store|durable|mcp|world|host)\//.test(id) && !RARELY_NEEDED.test(id),
  },
  { name: "page", test: FIRST_PAGE },
];

/** The development server injects inline styles and goes without. */
const contentSecurityPolicy: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: PAGE_POLICY },
      injectTo: "head-prepend",
    },
  ],
};

const executablePath = findBrowser();
const firefox = findFirefox();
const durableTests = ["src/**/*.test.ts"];
const nodeOnly = ["src/{layers,docs,cycles}.test.ts", "src/node/**/*.test.ts"];
const browserOnly = [
  "src/sandbox/*.test.ts",
  "src/playground/features/tools/*.test.ts",
  "src/playground/components/large-value.test.ts",
];
/** What no browser does otherwise than Node: engines that are none of its own. */
const otherEngines = ["src/store/memory/**/*.test.ts", "src/store/postgres/**/*.test.ts"];
/** What needs a database server. */
const onServer = ["src/store/postgres/server/*.test.ts"];
/** What starts servers in processes of their own on one. */
const servers = ["src/node/on-postgres/*.test.ts"];
/** What kills the primary of a cluster: `npm run test:cluster` alone. */
const cluster = ["src/node/on-cluster/*.test.ts"];
/** What none of the projects without a server runs. */
const apart = [...onServer, ...servers, ...cluster];
/** What rests on the port alone, and runs on every engine. */
const onEveryEngine = ["durable", "mcp", "world", "host", "examples"].map(
  (folder) => `src/${folder}/**/*.test.ts`,
);
/** What runs for long, as `npm run test:kills` and `npm run test:schemas` have it. */
const isLong = Boolean(process.env["VITE_RUNS"] ?? process.env["VITE_SCHEMAS"]);
/** What each of the projects is run with. */
const shared = {
  // Loading every module anew for each file took longer than the tests. What a file changes is put back.
  isolate: false,
  restoreMocks: true,
  unstubGlobals: true,
  // So long that a loaded machine fails nothing; what hangs ends all the same. In milliseconds.
  testTimeout: isLong ? 7_200_000 : 180_000,
  hookTimeout: 180_000,
  teardownTimeout: 60_000,
  expect: { poll: { timeout: 90_000 } },
};

export default defineConfig({
  plugins: [react(), tailwindcss(), contentSecurityPolicy, sandboxRuntime(leftOut), toolTypes()],
  worker: { format: "es" },
  resolve: { alias: leftOut },
  server: { port: DEFAULT_PORT, strictPort: true },
  // Relative: the build works under any path.
  base: "./",
  build: {
    target: "es2023",
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: firstLoad } } },
  },
  test: {
    projects: [
      {
        // The fast inner loop: IndexedDB is simulated.
        extends: true,
        test: {
          name: "unit",
          ...shared,
          environment: "node",
          include: durableTests,
          exclude: [...browserOnly, ...apart],
          setupFiles: ["fake-indexeddb/auto"],
        },
      },
      {
        // What no browser runs: with the others it makes up all tests, each where it counts.
        extends: true,
        test: {
          name: "node",
          ...shared,
          environment: "node",
          include: [...nodeOnly, ...otherEngines],
          exclude: apart,
        },
      },
      {
        extends: true,
        test: { name: "cluster", ...shared, environment: "node", include: cluster },
      },
      ...["memory", "remote", "pglite"].map((engine) => ({
        extends: true as const,
        test: {
          name: engine,
          ...shared,
          environment: "node" as const,
          env: { STORE_ENGINE: engine },
          include: onEveryEngine,
          ...(engine === "pglite" ? { globalSetup: "src/testing/pglite-template.ts" } : {}),
        },
      })),
      // The core's tests on a real PostgreSQL of their own, where there are its programs.
      ...(findPostgres()
        ? [
            { name: "postgres", env: { STORE_ENGINE: "postgres" }, include: servers },
            {
              name: "postgres-serializable",
              env: { STORE_ENGINE: "postgres-without-listen", POSTGRES_ISOLATION: "serializable" },
              include: [],
            },
          ].map((project) => ({
            extends: true as const,
            test: {
              ...shared,
              ...project,
              environment: "node" as const,
              include: [...onServer, ...onEveryEngine, ...project.include],
              globalSetup: "src/testing/postgres-setup.ts",
            },
          }))
        : []),
      {
        // The same tests on real IndexedDB.
        extends: true,
        test: {
          name: "browser",
          ...shared,
          include: durableTests,
          exclude: [...nodeOnly, ...otherEngines],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            instances: [{ browser: "chromium" }],
            provider: playwright({
              launchOptions: { args: BROWSER_ARGS, ...(executablePath ? { executablePath } : {}) },
            }),
          },
        },
      },
      // The core's tests in Firefox, where there is one.
      ...(firefox
        ? [
            {
              extends: true as const,
              // It runs beside Chromium's: what is made for a browser is not shared.
              cacheDir: "node_modules/.vite-firefox",
              test: {
                name: "firefox",
                ...shared,
                include: durableTests,
                exclude: [...nodeOnly, ...otherEngines, "src/explore/**", "src/playground/**"],
                browser: {
                  enabled: true,
                  api: { port: 63316, strictPort: true },
                  headless: true,
                  screenshotFailures: false,
                  instances: [{ browser: "firefox" as const }],
                  provider: firefoxProvider(firefox),
                },
              },
            },
          ]
        : []),
    ],
  },
});
