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
  title: z.string().transform((title) => title.trim() || "Without a name"),
  /** TypeScript. */
  code: z.string(),
  /** As it ran last: a restart runs that; what is written since runs when a person says so. */
  ran: z.string().optional(),
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
  /** Whose code, as it is written, a person wants to run. */
  readonly #asked = new Set<string>();

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
  change(id: string, change: Partial<Pick<OwnServer, "title" | "code" | "client" | "ran">>): void {
    // As another tab may have left it just now, or deleted it.
    const before = kept(id);
    const own = before && { ...before, ...change };
    if (own) keep(own);
    this.#take(this.#kept.flatMap((each) => (each.id === id ? (own ?? []) : each)));
  }

  /** The next server that is made of it is made of what is written. */
  runWritten(id: string): void {
    this.#asked.add(id);
  }

  /** What the next server is made of: what is written, where that was asked for, else what ran last. */
  takeNext(id: string): string | undefined {
    const own = this.named(id);
    return this.#asked.delete(id) ? own?.code : (own?.ran ?? own?.code);
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

function kept(id: string): OwnServer | undefined {
  const [own] = parsed(`[${localStorage.getItem(KEY + id) ?? ""}]`);
  return own?.id === id ? own : undefined;
}

/** What another build or a hand left there is passed over, one by one. */
function read(): OwnServer[] {
  try {
    const old = takenOver();
    const own = Object.keys(localStorage)
      .filter((key) => key.startsWith(KEY))
      .flatMap((key) => kept(key.slice(KEY.length)) ?? []);
    return [...old, ...own].sort((a, b) => a.begunAt - b.begunAt);
  } catch {
    // Storage is denied: there are none.
    return [];
  }
}

/** Brings what an earlier version kept under keys of their own; what has no room yet is listed all the same. */
function takenOver(): OwnServer[] {
  const old = localStorage.getItem(OLD_KEY);
  if (old === null) return [];
  const list = parsed(old).map((own, at) => ({ ...own, begunAt: at }));
  try {
    for (const own of list) if (!kept(own.id)) keep(own);
    localStorage.removeItem(OLD_KEY);
    return [];
  } catch {
    return list.filter(({ id }) => !kept(id));
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
