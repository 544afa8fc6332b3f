/**
 * What dead servers left behind: found, marked as interrupted, resumed or held.
 *
 * An invocation that is `running` under an owner that does not live was left by a crash.
 */
import type { Fence } from "../durable/index.ts";
import { never } from "../durable/index.ts";
import {
  isHeld,
  MAX_RESUMPTION_CRASHES,
  missingTool,
  type DurableStore,
  type InvocationRecord,
} from "../store/index.ts";
import { untilDone } from "./until-done.ts";

export interface TakeoverOptions {
  /** Names the server. */
  readonly id: string;
  readonly store: DurableStore;
  readonly fence: Fence;
  readonly now: () => number;
  readonly hasTool: (tool: string) => boolean;
  readonly isHolding: () => boolean;
  /** Executes an interrupted invocation again. */
  readonly resume: (invocation: InvocationRecord) => Promise<void>;
  /** Told of what fails while nobody waits for it. */
  readonly onError: (error: unknown) => void;
}

export class Takeover {
  /** Other servers, each with the wait for its death. */
  readonly #watched = new Map<string, Promise<void>>();

  constructor(private readonly options: TakeoverOptions) {}

  /**
   * Marks what dead servers left running, and watches the living ones.
   *
   * @param known a server that has just died
   */
  async markInterrupted(known?: string): Promise<void> {
    const { id, store, fence, now } = this.options;
    const running = await fence.run(() => store.readPendingInvocations("running"));
    const owners = new Set(running.map(({ last }) => last.owner));
    // Asked after the owners: one that was seen running and does not live now has died.
    const living = await fence.run(() => store.liveness.living());
    const dead = [...owners].filter(
      (owner) => owner === known || (owner !== id && !living.has(owner)),
    );
    await fence.run(() => store.interruptInvocations({ dead, at: now() }));
    await this.#holdMissingTools();
    for (const server of living) if (server !== known) void this.watch(server);
  }

  /** Resolves when another server has died, and what it left running is marked and taken over. */
  watch(server: string): Promise<void> {
    if (server === this.options.id) return never();
    const known = this.#watched.get(server);
    if (known) return known;
    const dead = this.#takeOver(server).finally(() => this.#watched.delete(server));
    this.#watched.set(server, dead);
    dead.catch(this.options.onError);
    return dead;
  }

  /** Resumes what is interrupted and not held. */
  async resumeInterrupted(): Promise<void> {
    const { fence, store, hasTool, resume, onError } = this.options;
    const interrupted = await fence.run(() => store.readPendingInvocations("interrupted"));
    const free = interrupted.filter(
      (invocation) => hasTool(invocation.tool) && !isHeld(invocation),
    );
    await Promise.all(free.map((invocation) => resume(invocation).catch(onError)));
  }

  async #takeOver(server: string): Promise<void> {
    const { store, fence, onError } = this.options;
    try {
      await fence.run((signal) => store.liveness.untilDead(server, signal));
    } catch (error) {
      // Nothing is known of it now: what lives is looked at, and watched, anew.
      void untilDone(fence, onError, () => this.#takeWhatIsLeft());
      throw error;
    }
    try {
      await this.#takeWhatIsLeft(server);
    } catch (error) {
      // Whoever waits for it gets the error; nobody else would look at what is left any more.
      void untilDone(fence, onError, () => this.#takeWhatIsLeft(server));
      throw error;
    }
  }

  async #takeWhatIsLeft(server?: string): Promise<void> {
    await this.markInterrupted(server);
    if (!this.options.isHolding()) await this.resumeInterrupted();
  }

  /** Holds what this server has no tool for, and frees what an earlier one had none for. */
  async #holdMissingTools(): Promise<void> {
    const { fence, store, hasTool } = this.options;
    for (const invocation of await fence.run(() => store.readPendingInvocations("interrupted"))) {
      const { id, tool, held, resumptionCrashes } = invocation;
      const why = hasTool(tool) ? undefined : missingTool(tool);
      if (resumptionCrashes < MAX_RESUMPTION_CRASHES && why !== held) {
        await fence.run((signal) => store.holdInvocation(id, why, { signal }));
      }
    }
  }
}
