/** Servers of a person's own, as they are written: kept by the browser, for every tab. */
import { z } from "zod";
import type { Example } from "../../examples/index.ts";

const ownSchema = z.object({
  id: z.string().regex(/^own-[\w-]+$/),
  title: z.string(),
  /** TypeScript. */
  code: z.string(),
});

export type OwnServer = z.infer<typeof ownSchema>;

const KEY = "durable-mcp-playground:own-servers";

export class OwnServers {
  #list: readonly OwnServer[];
  readonly #listeners = new Set<() => void>();

  constructor() {
    this.#list = this.#read();
    if (typeof window === "undefined") return;
    window.addEventListener("storage", ({ key }) => {
      if (key === KEY || key === null) this.#take(this.#read());
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
  add(title: string, code: string): OwnServer {
    const own = { id: `own-${crypto.randomUUID().slice(0, 8)}`, title, code };
    this.#write([...this.#list, own]);
    return own;
  }

  /** @throws DOMException where the browser keeps no more; then everything is as it was */
  change(id: string, change: Partial<Omit<OwnServer, "id">>): void {
    this.#write(this.#list.map((own) => (own.id === id ? { ...own, ...change } : own)));
  }

  remove(id: string): void {
    this.#write(this.#list.filter((own) => own.id !== id));
  }

  #write(list: readonly OwnServer[]): void {
    localStorage.setItem(KEY, JSON.stringify(list));
    this.#take(list);
  }

  #take(list: readonly OwnServer[]): void {
    this.#list = list;
    for (const listener of this.#listeners) listener();
  }

  /** What another build or a hand left there is passed over, one by one. */
  #read(): OwnServer[] {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      if (!Array.isArray(kept)) return [];
      return kept.flatMap((own) => ownSchema.safeParse(own).data ?? []);
    } catch {
      return [];
    }
  }
}

export const ownServers = new OwnServers();

/** As the page opens it, like an example. */
export function exampleOf({ id, title }: OwnServer): Example {
  return {
    name: id,
    title,
    shows: "A server of your own.",
    load: () =>
      Promise.reject(
        new Error(
          "A server of your own has no client script, and Explore runs the examples only as yet.",
        ),
      ),
  };
}
