/** The page's one server: its starts, its stop and its crash, as the page shows them. */
import type { ServerHost } from "../../host/index.ts";
import { ServerRefusedError } from "../../store/index.ts";
import type { PageClient } from "./page-client.ts";
import { asError, type StateCell } from "./state-cell.ts";

export class ServerLife {
  /** Absent while no database is open. */
  host: ServerHost | undefined;
  /** What kept the last server from being made or started. */
  #problem: string | undefined;

  /** @param client connects to each server that starts */
  constructor(
    private readonly name: string,
    private readonly cell: StateCell,
    private readonly client: PageClient,
  ) {}

  async start(options: { readonly takeOver?: boolean } = {}): Promise<void> {
    const { host, cell } = this;
    if (!host || host.state === "running") return;
    const hasDied = (): boolean => host.state === "crashed";
    cell.set({ server: "starting", refused: undefined });
    try {
      await host.start(options);
      await this.client.connect(host);
      if (hasDied()) return;
      cell.log("info", `Server “${this.name}” is running.`);
      cell.set({ server: "running", serverId: host.serverId });
      // It is true no more.
      if (this.#problem !== undefined && cell.state.problem === this.#problem) cell.dismiss();
    } catch (error) {
      // A fault may have crashed a resumed call, and the server with it, meanwhile.
      if (hasDied()) return;
      if (!host.isShared) await host.stop();
      const { message } = asError(error);
      cell.set({ server: "stopped" });
      if (error instanceof ServerRefusedError) cell.set({ refused: message });
      else this.#report(`The server could not be started. ${message}`);
    }
  }

  /** Starts the next in place of the running one, which goes on where the next cannot be made. */
  async restart(): Promise<void> {
    try {
      if (this.host?.isShared) await this.host.restart();
      else await this.host?.prepare?.();
    } catch (error) {
      this.#report(asError(error).message);
      return;
    }
    if (!this.host?.isShared) await this.stop();
    await this.start();
  }

  /** From the first moment on the page does not take it for running. */
  async stop(): Promise<void> {
    const dead = new Set(this.cell.state.dead);
    if (this.host?.serverId !== undefined) dead.add(this.host.serverId);
    this.cell.set({ server: "stopped", dead, silent: 0 });
    await this.host?.stop();
  }

  /** Nothing of this page's is left running. */
  async leave(): Promise<void> {
    if (this.host?.isShared) this.cell.set({ server: "stopped", silent: 0 });
    else await this.stop();
  }

  /** Another page has stopped it, in order. */
  hasStopped(id: string): void {
    this.cell.set({ server: "stopped", dead: new Set([...this.cell.state.dead, id]), silent: 0 });
  }

  hasCrashed(id: string, host: ServerHost): void {
    this.cell.set({ dead: new Set([...this.cell.state.dead, id]) });
    if (host !== this.host || id !== host.serverId) return;
    this.cell.log("error", "The server crashed.");
    this.cell.set({ server: "crashed", silent: 0 });
  }

  /** The host, when its server runs and answers. */
  async running(signal: AbortSignal): Promise<ServerHost> {
    await this.cell.until(({ server }) => server === "running", signal);
    if (this.host?.state !== "running") throw new Error("The server is not running.");
    return this.host;
  }

  #report(problem: string): void {
    this.cell.reportProblem(problem);
    this.#problem = problem;
  }
}
