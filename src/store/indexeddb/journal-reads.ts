/** The journal as it is read: invocations, with their executions, and what these answered, in tables of their own. */
import { unwrap } from "idb";
import {
  matchesFilter,
  type ExecutionRecord,
  type ExecutionRef,
  type InvocationRecord,
  type PendingState,
} from "../../model/index.ts";
import type { InvocationQuery, JournalStore } from "../durable-store.ts";
import type { Connection } from "./connection.ts";
import { readTable, transact } from "./database.ts";
import { readPage, settled } from "./read-records.ts";
import {
  withoutPending,
  type PlaygroundTable,
  type StoredEnd,
  type StoredInvocation,
} from "./schema.ts";

/** Of so many invocations the answers are searched at once: they may be long, and many. */
const WITH_ANSWERS = 20;

type Reads =
  | "readInvocation"
  | "readExecutions"
  | "readExecution"
  | "readAnswer"
  | "readInvocations"
  | "readPendingInvocations";

export function journalReads({ db }: Pick<Connection, "db">): Pick<JournalStore, Reads> {
  return {
    async readInvocation(id: string): Promise<InvocationRecord | undefined> {
      const found = await readTable(db, "invocations", (table) =>
        settled<StoredInvocation | undefined>(table.index("id").get(id)),
      );
      return found && withoutPending(found);
    },

    async readExecutions(id: string): Promise<ExecutionRecord[]> {
      return await transact(db, ["invocations", "executions"], "readonly", {}, async (tx) => {
        const found = await tx.objectStore("invocations").index("id").get(id);
        if (!found) return [];
        return [...(await tx.objectStore("executions").getAll(partsOf(found.seq))), found.last];
      });
    },

    async readExecution({ invocationSeq, execution }: ExecutionRef) {
      return await transact(db, ["invocations", "executions"], "readonly", {}, async (tx) => {
        const last = (await tx.objectStore("invocations").get(invocationSeq))?.last;
        if (last?.number === execution) return last;
        return await tx.objectStore("executions").get([invocationSeq, execution]);
      });
    },

    async readAnswer(id: string, execution: number): Promise<unknown> {
      return await transact(db, ["invocations", "ends"], "readonly", {}, async (tx) => {
        const seq = await tx.objectStore("invocations").index("id").getKey(id);
        return seq === undefined
          ? undefined
          : (await tx.objectStore("ends").get([seq, execution]))?.response;
      });
    },

    async readInvocations({ filter, ...page }: InvocationQuery): Promise<InvocationRecord[]> {
      const needsAnswers = filter?.text !== undefined;
      const tables: PlaygroundTable[] = needsAnswers ? ["invocations", "ends"] : ["invocations"];
      const found = await transact(db, tables, "readonly", {}, (tx) => {
        const select = async (chunk: readonly InvocationRecord[]): Promise<InvocationRecord[]> => {
          if (!filter) return [...chunk];
          const found: InvocationRecord[] = [];
          for (let at = 0; at < chunk.length; at += WITH_ANSWERS) {
            const part = chunk.slice(at, at + WITH_ANSWERS);
            const answers = needsAnswers ? await readAnswers(unwrap(tx), part) : undefined;
            found.push(
              ...part.filter((each) => matchesFilter(each, filter, answers?.get(each.seq))),
            );
          }
          return found;
        };
        const source = unwrap(tx).objectStore("invocations");
        return readPage<InvocationRecord, number>(source, page, ({ seq }) => seq, filter && select);
      });
      return found.map(withoutPending);
    },

    async readPendingInvocations(state: PendingState): Promise<InvocationRecord[]> {
      const found = await transact(db, ["invocations"], "readonly", {}, (tx) =>
        tx.objectStore("invocations").index("pending").getAll(state),
      );
      return found.map(withoutPending);
    },
  };
}

/** The answers of invocations that follow one another, by their `seq`. */
async function readAnswers(
  tx: IDBTransaction,
  invocations: readonly InvocationRecord[],
): Promise<Map<number, unknown[]>> {
  const numbers = invocations.map(({ seq }) => seq);
  const answers = new Map(numbers.map((seq) => [seq, [] as unknown[]]));
  if (numbers.length === 0) return answers;
  const range = IDBKeyRange.bound([Math.min(...numbers)], [Math.max(...numbers), []]);
  const table = tx.objectStore("ends");
  const [keys, values] = await Promise.all([
    settled<[number, number][]>(table.getAllKeys(range)),
    settled<StoredEnd[]>(table.getAll(range)),
  ]);
  for (const [index, [seq]] of keys.entries()) answers.get(seq)?.push(values[index]?.response);
  return answers;
}

/** The keys of what belongs to one invocation, in tables that are keyed by its number and one more. */
export function partsOf(invocationSeq: number): IDBKeyRange {
  return IDBKeyRange.bound([invocationSeq], [invocationSeq, []]);
}
