/** Builds a tool file, and builds it again whenever it or what it imports is saved. */
import { createHash } from "node:crypto";
import { readFileSync, watch, type FSWatcher } from "node:fs";
import { basename, dirname, relative } from "node:path";
import type { ToolFileState } from "../sandbox/index.ts";
import { buildToolFile, ToolFileError } from "./build-tool-file.ts";
import { ToolFileChecker } from "./check-tool-file.ts";

/** An editor writes a file in several steps: it is built when nothing more comes for so long, in milliseconds. */
const SETTLE_MS = 50;

export class WatchedToolFile {
  #state: ToolFileState | undefined;
  readonly #listeners = new Set<(state: ToolFileState | undefined) => void>();
  /** By folder. */
  readonly #watchers = new Map<string, FSWatcher>();
  /** What was read for the last build, by path. */
  #read = new Map<string, string | undefined>();
  readonly #checker: ToolFileChecker;
  #settle: NodeJS.Timeout | undefined;
  #building: Promise<void> = Promise.resolve();

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
    return await this.#build();
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
    clearTimeout(this.#settle);
    for (const watcher of this.#watchers.values()) watcher.close();
    await this.#building;
    for (const listener of this.#listeners) listener(undefined);
  }

  async #build(): Promise<ToolFileState> {
    const { path } = this;
    const source = textOf(path) ?? "";
    this.#look([path]);
    const { problems, functions } = this.#checker.check(path);
    const built = await this.#bundle(functions);
    const names = functions.length > 0 ? functions : ["default"];
    const name = basename(path);
    const hash = createHash("sha256").update(path).digest("hex").slice(0, 8);
    const state: ToolFileState = {
      path,
      name,
      build: (this.#state?.build ?? 0) + 1,
      source,
      servers:
        built.error !== undefined && this.#state
          ? this.#state.servers
          : names
              .toSorted((a, b) => Number(b === "default") - Number(a === "default"))
              .map((each) => ({
                id: `file-${hash}-${each}`,
                title: each === "default" ? name : `${name}: ${each}`,
                export: each,
              })),
      ...built,
      problems: problems.map(({ file, ...problem }) => ({
        ...problem,
        ...(file === path ? {} : { file: relative(dirname(path), file) }),
      })),
    };
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
    return state;
  }

  async #bundle(functions: readonly string[]): Promise<Pick<ToolFileState, "code" | "error">> {
    try {
      const { code, files } = await buildToolFile(this.path);
      this.#look(files);
      if (functions.length > 0) return { code };
      return {
        error: `${basename(this.path)} exports no function. Write: export default (server, world) => { … }`,
      };
    } catch (error) {
      if (!(error instanceof ToolFileError)) throw error;
      return { error: error.message };
    }
  }

  /** By their folders: an editor may put a new file in the place of the old one. */
  #look(files: readonly string[]): void {
    this.#read = new Map([...this.#read, ...files.map((file) => [file, textOf(file)] as const)]);
    for (const folder of new Set(files.map(dirname))) {
      if (this.#watchers.has(folder)) continue;
      this.#watchers.set(
        folder,
        watch(folder, () => this.#saved()),
      );
    }
  }

  #saved(): void {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => {
      const isOther = [...this.#read].some(([file, text]) => textOf(file) !== text);
      if (isOther) this.#building = this.#building.then(() => this.#build()).then(() => undefined);
    }, SETTLE_MS);
  }
}

/** `undefined` where it is not there, or no file. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
