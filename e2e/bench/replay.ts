/**
 * The floor of a store on PostgreSQL: the statements that it runs, as they are, by bare `pg`. One operation is
 * recorded; it is replayed under other ids, on the same tables.
 */
import pg from "pg";

interface Statement {
  readonly text: string;
  readonly name: string | undefined;
  readonly values: readonly unknown[];
}

/** What an operation sent, in its order, and under which ids. */
export interface Recorded {
  readonly statements: readonly Statement[];
  readonly invocation: string;
}

/** What runs beside every operation: leases and the change feed. */
const BESIDE = /\b(servers|feed)\b/;
const OPERATION = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** Of a name that is kept by its digest, which may stand once. */
const DIGEST_BYTES = 32;

/** Records what `work` sends, which is one operation of that invocation. */
export async function record(invocation: string, work: () => Promise<unknown>): Promise<Recorded> {
  const statements: Statement[] = [];
  const original: unknown = Reflect.get(pg.Client.prototype, "query");
  const query = original as (...given: unknown[]) => unknown;
  const recording = function (this: pg.Client, config: unknown, ...rest: unknown[]): unknown {
    const {
      text,
      name,
      values = [],
    } = (typeof config === "string" ? { text: config } : config) as Partial<Statement> &
      Pick<Statement, "text">;
    if (!BESIDE.test(text)) statements.push({ text, name, values });
    return query.call(this, config, ...rest);
  };
  Object.assign(pg.Client.prototype, { query: recording });
  try {
    await work();
  } finally {
    Object.assign(pg.Client.prototype, { query });
  }
  if (statements.some(({ text }) => text === "BEGIN")) {
    throw new Error("What is replayed is single statements; this has a transaction.");
  }
  return { statements, invocation };
}

/**
 * Sends the same again, as `invocation`; without one as it was, which is for what only reads.
 */
export async function replay(
  pool: pg.Pool,
  { statements, invocation: recorded }: Recorded,
  invocation = recorded,
): Promise<void> {
  const isNew = invocation !== recorded;
  /** The invocation's number, as it was given then and now. */
  let seqs: readonly [unknown, unknown] | undefined;
  const replaced = (value: unknown): unknown => {
    if (!isNew) return value;
    if (Array.isArray(value)) return value.map(replaced);
    if (typeof value === "string") {
      return OPERATION.test(value) ? crypto.randomUUID() : value.replaceAll(recorded, invocation);
    }
    if (value instanceof Uint8Array) {
      if (value.length === DIGEST_BYTES)
        return crypto.getRandomValues(new Uint8Array(DIGEST_BYTES));
      const text = Buffer.from(value).toString("latin1");
      return Buffer.from(text.replaceAll(recorded, invocation), "latin1");
    }
    return seqs && value === seqs[0] ? seqs[1] : value;
  };
  for (const [at, { text, name, values }] of statements.entries()) {
    const found = await pool.query<{ seq?: unknown }>({
      text,
      values: values.map(replaced),
      ...(name === undefined ? {} : { name }),
    });
    if (found.rows.length === 0)
      throw new Error(`The floor's statement ${at + 1} did nothing: ${text}`);
    const then = statements[at + 1]?.values[0];
    if (isNew && text.includes("INSERT INTO invocations"))
      seqs = [then, Number(found.rows[0]?.seq)];
  }
}
