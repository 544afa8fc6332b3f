/**
 * Builds a tool file, and builds it again whenever it or what it imports is saved.
 *
 * 1. One build at a time; what is saved meanwhile is seen when that ends.
 * 2. What keeps it from being built is in its state, whatever it is: the next save is built all the same.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, watch, type FSWatcher } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { ToolFileState } from "../sandbox/index.ts";
import { buildToolFile, ToolFileError } from "./build-tool-file.ts";
import { ToolFileChecker, type CheckedFile } from "./check-tool-file.ts";

/** An editor writes a file in several steps: it is built so long after the last, in milliseconds. */
const SETTLE_MS = 100;
/** The client script, beside the tool file. */
const CLIENT = "client.ts";

type Built = Pick<ToolFileState, "code" | "error">;

export class WatchedToolFile {
  #state: ToolFileState | undefined;
  readonly #listeners = new Set<(state: ToolFileState | undefined) => void>();
  /** By folder. */
  readonly #watchers = new Map<string, FSWatcher>();
  /** Of the last build, by path. */
  #texts: ReadonlyMap<string, string | undefined> = new Map();
  readonly #checker: ToolFileChecker;
  #settle: NodeJS.Timeout | undefined;
  #building: Promise<void> = Promise.resolve();
  #isClosed = false;

  /**
   * @param path absolute
   * @param types the declarations, in the page's build
   */
  constructor(
    private readonly path: string,
    types: string,
  ) {
    this.#checker = new ToolFileChecker(types);
  }

  /**
   * Builds it, and watches.
   *
   * @throws ToolFileError where there is no such file; what else is wrong with it is in its state
   */
  async open(): Promise<ToolFileState> {
    if (textOf(this.path) === undefined) {
      throw new ToolFileError(`There is no file ${this.path}. Give the path of one that is there.`);
    }
    this.#building = this.#build();
    await this.#building;
    if (!this.#state) throw new Error("It was closed while it was opened.");
    return this.#state;
  }

  get state(): ToolFileState | undefined {
    return this.#state;
  }

  /** @param listener is given each later state, and nothing at the end */
  subscribe(listener: (state: ToolFileState | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#settle);
    for (const watcher of this.#watchers.values()) watcher.close();
    await this.#building;
    for (const listener of this.#listeners) listener(undefined);
  }

  async #build(): Promise<void> {
    const { path } = this;
    const source = textOf(path) ?? "";
    const name = basename(path);
    this.#watch([path]);
    // Where it lies, for a link leads elsewhere.
    const real = existsSync(path) ? realpathSync(path) : path;
    const script = join(dirname(real), CLIENT);
    const scriptText = script === real ? undefined : textOf(script);
    // Another file may have that name, too.
    const hasScript = scriptText !== undefined && /\b(runClient|ClientScript)\b/.test(scriptText);
    let checked: CheckedFile = { problems: [], functions: [], texts: new Map([[path, source]]) };
    let built: Built;
    try {
      checked = this.#checker.check(real, ...(hasScript ? [script] : []));
      this.#watch([...checked.texts.keys()]);
      const code = await buildToolFile(real);
      built =
        checked.functions.length > 0
          ? { code }
          : {
              error: `${name} exports no function. Write: export default (server, world) => { … }`,
            };
    } catch (error) {
      built = { error: messageOf(error) };
    }
    const client = hasScript
      ? await buildToolFile(script).then(
          (code) => ({ code }),
          (error: unknown) => ({ error: messageOf(error) }),
        )
      : undefined;
    this.#texts = new Map([
      ...(script === real ? [] : [[script, scriptText] as const]),
      ...checked.texts,
    ]);
    if (this.#isClosed) return;
    const before = this.#state;
    const isAsBefore =
      before?.source === source && before.code === built.code && before.error === built.error;
    this.#notify({
      path,
      name,
      // Known apart from those of a process that was there before, too.
      build: isAsBefore ? before.build : Math.max((before?.build ?? 0) + 1, Date.now()),
      source,
      servers:
        built.error !== undefined && before ? before.servers : this.#serversOf(checked.functions),
      ...built,
      ...(client && { client }),
      problems: checked.problems.map(({ file, ...problem }) => ({
        ...problem,
        ...(resolve(file) === real ? {} : { file: relative(dirname(real), file) }),
      })),
    });
    // What was saved before its folder was watched.
    if (this.#isOther()) this.#saved();
  }

  #notify(state: ToolFileState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }

  #serversOf(functions: readonly string[]): ToolFileState["servers"] {
    const name = basename(this.path);
    const hash = createHash("sha256").update(this.path).digest("hex").slice(0, 8);
    return (functions.length > 0 ? functions : ["default"])
      .toSorted((a, b) => Number(b === "default") - Number(a === "default"))
      .map((each) => ({
        id: `file-${hash}-${each}`,
        title: each === "default" ? name : `${name}: ${each}`,
        export: each,
      }));
  }

  /** By their folders: an editor may put a new file in the place of the old one. */
  #watch(files: readonly string[]): void {
    for (const folder of new Set(files.map(dirname))) {
      if (this.#watchers.has(folder) || this.#isClosed) continue;
      const watcher = watch(folder, () => this.#saved());
      // It is gone: watched anew when something is built from there.
      watcher.on("error", () => {
        watcher.close();
        this.#watchers.delete(folder);
      });
      this.#watchers.set(folder, watcher);
    }
  }

  #saved(): void {
    // The last of the steps may be the one that writes it.
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => {
      this.#building = this.#building.then(async () => {
        // What is missing, or cannot be read, may be mended by a file that is not known yet.
        const isUnsound = this.#state?.error !== undefined || this.#state?.problems.length !== 0;
        if (!this.#isClosed && (isUnsound || this.#isOther())) await this.#build();
      });
    }, SETTLE_MS);
  }

  /** Whether a file is another than the one that was built. */
  #isOther(): boolean {
    return [...this.#texts].some(([file, text]) => textOf(file) !== text);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `undefined` where it is not there, or no file. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
