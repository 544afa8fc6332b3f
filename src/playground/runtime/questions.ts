/**
 * What a server asks of its client, put to the person at the page, one after the other: a question of
 * a tool's (MCP's elicitation), the answer of a model (sampling), and the client's roots. Loaded when
 * the first is asked.
 */
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ElicitRequestURLParamsSchema,
  ErrorCode,
  ListRootsRequestSchema,
  McpError,
  type JSONRPCRequest,
  type Result,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { deferred } from "../../store/index.ts";
import type { Question } from "./question.ts";
import { asError, type StateCell } from "./state-cell.ts";

const requests = {
  "elicitation/create": ElicitRequestSchema,
  "sampling/createMessage": CreateMessageRequestSchema,
  "roots/list": ListRootsRequestSchema,
};
/** What the specification suggests for a person's refusal. */
const REFUSED = -1;

let count = 0;

/**
 * @param signal withdraws the question: nobody needs the answer any more
 * @throws McpError where it is nothing that is answered here, or not as MCP has it
 * @throws the signal's reason, when it is withdrawn
 */
export async function ask(
  cell: StateCell,
  sent: Pick<JSONRPCRequest, "method" | "params">,
  signal: AbortSignal,
  isAwaited = true,
): Promise<Result> {
  const request = checked(sent);
  // Its server may have died before it was handed on: it would stay for ever.
  signal.throwIfAborted();
  const answered = deferred<Result>();
  const id = ++count;
  const end = (): void => {
    signal.removeEventListener("abort", withdraw);
    cell.set({ questions: cell.state.questions.filter((question) => question.id !== id) });
  };
  const withdraw = (): void => {
    end();
    answered.reject(signal.reason);
  };
  signal.addEventListener("abort", withdraw, { once: true });
  const question: Question = {
    id,
    request,
    isAwaited,
    answer: (result) => {
      end();
      answered.resolve(result);
    },
    refuse: () => {
      end();
      answered.reject(new McpError(REFUSED, "The person refused to answer."));
    },
  };
  cell.set({ questions: [...cell.state.questions, question] });
  return await answered.promise;
}

/**
 * The call failed for what is to be done at some addresses first: each is put to the person, who
 * retries then.
 *
 * @param data of MCP's error `URL elicitation required`
 * @param signal withdraws them: the server that wants it is gone
 */
export function askToOpen(cell: StateCell, data: unknown, signal: AbortSignal): void {
  const { data: needed, error } = toOpen.safeParse(data);
  if (error) {
    cell.reportProblem(`The server names no address to open: ${z.prettifyError(error)}`);
    return;
  }
  for (const params of needed.elicitations) {
    const question = ask(cell, { method: "elicitation/create", params }, signal, false);
    question.catch((thrown: unknown) => {
      if (!signal.aborted) cell.reportProblem(asError(thrown).message);
    });
  }
}

const toOpen = z.object({ elicitations: z.array(ElicitRequestURLParamsSchema) });

function checked(sent: Pick<JSONRPCRequest, "method" | "params">): Question["request"] {
  const { method } = sent;
  if (!Object.hasOwn(requests, method)) {
    throw new McpError(ErrorCode.MethodNotFound, `The page answers no ${method}.`);
  }
  const { error } = requests[method as keyof typeof requests].safeParse(sent);
  if (error) throw new McpError(ErrorCode.InvalidParams, z.prettifyError(error));
  // As it was sent: what the schema does not know, a pattern for instance, is shown all the same.
  return sent as Question["request"];
}
