/** What the statements need of a driver. */

export interface Sql {
  /** Runs one statement, its parameters `$1`, `$2`, …; bytes are `Uint8Array`. */
  query<Row>(text: string, params?: readonly unknown[]): Promise<Row[]>;
}

/**
 * A driver that may lose its connection runs what it was given again: a statement or a body may have
 * been committed before, though its answer was lost. What writes recognises itself; see `Connection`.
 */
export interface SqlDatabase extends Sql {
  /** All or nothing: what `body` throws rolls everything back, and is thrown. */
  transaction<T>(body: (sql: Sql) => Promise<T>): Promise<T>;
}

/** The first row of an answer that has one at the most. */
export async function first<Row>(rows: Promise<Row[]>): Promise<Row | undefined> {
  const [row] = await rows;
  return row;
}
