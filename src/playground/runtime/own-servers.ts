/** Servers of a person's own, as they are written: kept by the browser, for every tab. */
import { z } from "zod";
import type { Example } from "../../examples/index.ts";
import type { ToolFileState } from "../../sandbox/index.ts";

/** Of a server for which none was written yet. */
const FIRST_CLIENT = `import type { ClientScript } from "durable-mcp-playground";

export async function runClient(script: ClientScript): Promise<void> {
  await script.listTools();
}
`;

const ownSchema = z.object({
  id: z.string().regex(/^own-[\w-]+$/),
  /** When it was begun, in milliseconds since the epoch: their order. */
  begunAt: z.number().default(0),
  title: z.string(),
  /** TypeScript. */
  code: z.string(),
  /** Its client script, TypeScript too. */
  client: z.string().default(FIRST_CLIENT),
});

export interface OwnServer extends z.infer<typeof ownSchema> {
  /** Where it is one of a file's on the disk, which is written elsewhere. */
  readonly file?: ToolFileState;
  /** The file is not followed any more: what told of it has ended, or is not reached. */
  readonly isLost?: true;
  /** By which name the file exports it. */
  readonly export?: string;
}

/** Each under a key of its own: what two tabs write does not collide. */
const KEY = "durable-mcp-playground:own-servers:";
/** Under which an earlier version kept all of them. */
const OLD_KEY = "durable-mcp-playground:own-servers";

export class OwnServers {
  /** Of the file that the page was opened on. */
  #ofFile: readonly OwnServer[] = [];
  #kept: readonly OwnServer[];
  #list: readonly OwnServer[];
  readonly #listeners = new Set<() => void>();

  constructor() {
    this.#list = this.#kept = read();
    if (typeof window === "undefined") return;
    window.addEventListener("storage", ({ key }) => {
      if (key === null || key.startsWith(KEY)) this.#take(read());
    });
  }

  readonly list = (): readonly OwnServer[] => this.#list;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  named(id: string): OwnServer | undefined {
    return this.#list.find((own) => own.id === id);
  }

  /** @throws DOMException where the browser keeps no more */
  add(made: Pick<OwnServer, "title" | "code" | "client">): OwnServer {
    const id = `own-${crypto.randomUUID().slice(0, 8)}`;
    const own = { id, begunAt: Date.now(), ...made };
    keep(own);
    this.#take([...this.#kept, own]);
    return own;
  }

  /** @throws DOMException where the browser keeps no more; then everything is as it was */
  change(id: string, change: Partial<Pick<OwnServer, "title" | "code" | "client">>): void {
    const before = this.#kept.find((own) => own.id === id);
    if (!before) return;
    const own = { ...before, ...change };
    keep(own);
    this.#take(this.#kept.map((each) => (each.id === id ? own : each)));
  }

  remove(id: string): void {
    localStorage.removeItem(KEY + id);
    this.#take(this.#kept.filter((own) => own.id !== id));
  }

  /** The file as it is now. */
  setFile(file: ToolFileState): void {
    this.#ofFile = file.servers.map(({ id, title, export: name }) => ({
      id,
      begunAt: 0,
      title,
      code: file.source,
      client: "",
      file,
      export: name,
    }));
    this.#take(this.#kept);
  }

  /** Nobody tells of the file any more, or not at the moment. */
  loseFile(): void {
    this.#ofFile = this.#ofFile.map((own) => ({ ...own, isLost: true }));
    this.#take(this.#kept);
  }

  #take(kept: readonly OwnServer[]): void {
    this.#kept = kept;
    this.#list = [...this.#ofFile, ...kept];
    for (const listener of this.#listeners) listener();
  }
}

function keep(own: OwnServer): void {
  localStorage.setItem(KEY + own.id, JSON.stringify(own));
}

/** What another build or a hand left there is passed over, one by one. */
function read(): OwnServer[] {
  try {
    for (const own of parsed(localStorage.getItem(OLD_KEY) ?? "[]")) {
      if (localStorage.getItem(KEY + own.id) === null) keep(own);
    }
    localStorage.removeItem(OLD_KEY);
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(KEY))
      .flatMap((key) => parsed(`[${localStorage.getItem(key) ?? ""}]`))
      .sort((a, b) => a.begunAt - b.begunAt);
  } catch {
    return [];
  }
}

function parsed(text: string): OwnServer[] {
  try {
    const kept: unknown = JSON.parse(text);
    if (!Array.isArray(kept)) return [];
    return kept.flatMap((own) => ownSchema.safeParse(own).data ?? []);
  } catch {
    return [];
  }
}

export const ownServers = new OwnServers();

/** As the page opens it, like an example. */
export function exampleOf({ id, title, file }: OwnServer): Example {
  return {
    name: id,
    title,
    shows: file ? `A server of ${file.path}.` : "A server of your own.",
    load: async () => {
      const { runOwnClient } = await import("./own-host.ts");
      return {
        default: () => {
          throw new Error("A server of your own is made apart from the page.");
        },
        runClient: async (script) => await runOwnClient(id, script),
      };
    },
  };
}
