import js from "@eslint/js";
import globals from "globals";
import { importX } from "eslint-plugin-import-x";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import vitest from "@vitest/eslint-plugin";
import jsxA11y from "eslint-plugin-jsx-a11y";
import playwright from "eslint-plugin-playwright";
import reactHooks from "eslint-plugin-react-hooks";
import { readdirSync } from "node:fs";
import tseslint from "typescript-eslint";

/** The folders of src from the bottom up; those on one level do not know one another. */
const levels = [
  ["model"],
  ["store"],
  ["durable"],
  ["mcp", "world"],
  ["host"],
  ["remote"],
  ["examples"],
  ["sandbox"],
  ["explore"],
  ["lab"],
  ["node", "playground"],
];

/** Which folders a folder may not import: imports point one way (see the README's architecture). */
const layers = Object.fromEntries(
  levels.flatMap((level, at) =>
    level.map((folder) => [
      folder,
      levels
        .slice(at)
        .flat()
        .filter((other) => other !== folder),
    ]),
  ),
);

/** A folder is entered through its index.ts only, an engine's too. */
const doors = Object.keys(layers).map((folder) => ({
  target: "./src/!(" + folder + ")/**/*",
  from: `./src/${folder}/!(index).{ts,tsx}`,
  message: `Import from src/${folder}/index.ts.`,
}));

const engineNames = ["indexeddb", "memory", "postgres", "remote"];
const engines = engineNames.flatMap((engine) => [
  ...engineNames
    .filter((other) => other !== engine)
    .map((other) => ({
      target: `./src/store/${engine}/**/!(*.test).ts`,
      from: `./src/store/${other}`,
      message: `Engines do not know one another: ${engine} may not know ${other}.`,
    })),
  {
    target: "./src/!(store)/**/*",
    from: `./src/store/${engine}/!(index).ts`,
    message: `Import from src/store/${engine}/index.ts.`,
  },
  ...["durable", "mcp"].map((folder) => ({
    target: `./src/${folder}/**/!(*.test).ts`,
    from: `./src/store/${engine}`,
    message: `${folder} knows the port, and no engine.`,
  })),
]);

/** Within the page, from the bottom up; features do not know one another's inside. */
const pageLevels = ["browser", "components", "runtime", "hooks", "features", "shell"];
const page = [
  ...pageLevels.flatMap((folder, at) =>
    pageLevels.slice(at + 1).map((upper) => ({
      target: `./src/playground/${folder}`,
      from: `./src/playground/${upper}`,
      message: `${folder} may not know ${upper}: imports point one way.`,
    })),
  ),
  ...readdirSync(new URL("src/playground/features", import.meta.url)).map((feature) => ({
    target: [
      `./src/playground/features/!(${feature})/**/*`,
      "./src/playground/!(features)/**/*",
      "./src/testing/**/*",
    ],
    from: `./src/playground/features/${feature}/!(index).{ts,tsx}`,
    message: `Import from features/${feature}/index.ts.`,
  })),
];

/** What tests are written with is in no product. */
const testing = {
  target: "./src/!(testing)/**/!(*.test).{ts,tsx}",
  from: "./src/testing",
  message: "Only tests are written with src/testing.",
};

export default tseslint.config(
  {
    ignores: [
      "dist",
      "lib",
      "docs/api",
      "reports",
      ".stryker-tmp",
      "test-results",
      "playwright-report",
      "node_modules",
      // What a tool finds in its worker: no file of the page may see it.
      "src/sandbox/globals.d.ts",
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: {
        projectService: {
          allowDefaultProject: ["eslint.config.js", "public/no-eval.js"],
        },
      },
    },
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver()] },
    rules: {
      "import-x/no-restricted-paths": [
        "error",
        {
          basePath: import.meta.dirname,
          zones: [
            ...Object.entries(layers).flatMap(([folder, above]) =>
              above.map((upper) => ({
                target: `./src/${folder}`,
                from: `./src/${upper}`,
                message: `${folder} may not know ${upper}: imports point one way.`,
              })),
            ),
            ...doors,
            ...engines,
            ...page,
            testing,
          ],
        },
      ],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      "@typescript-eslint/no-invalid-void-type": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { varsIgnorePattern: "^_", argsIgnorePattern: "^_" },
      ],
      "@typescript-eslint/prefer-promise-reject-errors": ["error", { allowThrowingUnknown: true }],
      "@typescript-eslint/only-throw-error": "error",
      eqeqeq: "error",
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["react", "react-dom"], message: "React is used in src/playground only." },
          ],
        },
      ],
    },
  },
  // One subject a file.
  { files: ["src/**"], rules: { "max-lines": ["error", 350] } },
  {
    files: [
      "src/durable/**",
      "src/mcp/**",
      "src/world/**",
      "src/host/**",
      "src/examples/**",
      "src/explore/**",
      "src/lab/**",
      "src/node/**",
      "src/playground/**",
    ],
    ignores: ["**/*.test.ts"],
    rules: {
      "no-restricted-globals": [
        "error",
        { name: "indexedDB", message: "Nothing above src/store names IndexedDB." },
      ],
    },
  },
  {
    files: ["src/playground/**"],
    plugins: { "jsx-a11y": jsxA11y, "react-hooks": reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      ...jsxA11y.flatConfigs.strict.rules,
      "no-restricted-imports": "off",
    },
  },
  // A test that asserts nothing cannot fail. Helpers that assert are named `expect…`, or stand here.
  {
    files: ["src/**/*.test.ts"],
    plugins: { vitest },
    rules: {
      "vitest/expect-expect": ["error", { assertFunctionNames: ["expect", "expect*"] }],
    },
  },
  {
    // A person's own file, which knows the interface by its name.
    files: ["src/playground/features/own/templates/*.ts"],
    rules: { "import-x/no-restricted-paths": "off" },
  },
  {
    files: ["e2e/**/*.spec.ts"],
    plugins: { playwright },
    rules: {
      "playwright/expect-expect": [
        "error",
        { assertFunctionNames: ["isUp", "callIs", "counts"], assertFunctionPatterns: ["^expect"] },
      ],
    },
  },
  { files: ["eslint.config.js"], ...tseslint.configs.disableTypeChecked },
);
