/** Questions of tools to the person at the page (MCP's elicitation), asked one after the other. */
import type { ElicitRequest, ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { deferred } from "../../store/index.ts";
import type { StateCell } from "./state-cell.ts";

export interface Question {
  /** Counts the questions of this page. */
  readonly id: number;
  readonly message: string;
  /** A JSON Schema of the answer's fields. */
  readonly schema: Record<string, unknown>;
  readonly answer: (result: ElicitResult) => void;
}

export class Questions {
  #asked = 0;

  constructor(private readonly cell: StateCell) {}

  /** @param signal withdraws the question: nobody needs the answer any more */
  async ask(params: ElicitRequest["params"], signal: AbortSignal): Promise<ElicitResult> {
    // Its server may have died before it was handed on: it would stay for ever.
    signal.throwIfAborted();
    const answered = deferred<ElicitResult>();
    const id = ++this.#asked;
    const done = (): void => {
      signal.removeEventListener("abort", done);
      const questions = this.cell.state.questions.filter((question) => question.id !== id);
      this.cell.set({ questions });
    };
    signal.addEventListener("abort", done, { once: true });
    const answer = (result: ElicitResult): void => {
      done();
      answered.resolve(result);
    };
    const schema = "requestedSchema" in params ? { ...params.requestedSchema } : {};
    const question = { id, message: params.message, schema, answer };
    this.cell.set({ questions: [...this.cell.state.questions, question] });
    return await answered.promise;
  }
}
