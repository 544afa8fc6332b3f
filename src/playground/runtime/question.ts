import type {
  CreateMessageRequest,
  ElicitRequest,
  ListRootsRequest,
  Result,
} from "@modelcontextprotocol/sdk/types.js";

/** What a server asks of its client, until the person has answered it. */
export interface Question {
  /** Counts the questions of this page. */
  readonly id: number;
  /** As the server sent it, and of the type that its method names. */
  readonly request: CreateMessageRequest | ElicitRequest | ListRootsRequest;
  /** The server waits for the answer; where it does not, the call has failed and is retried after it. */
  readonly isAwaited: boolean;
  readonly answer: (result: Result) => void;
  /** The person will not: the server gets an error. */
  readonly refuse: () => void;
}
