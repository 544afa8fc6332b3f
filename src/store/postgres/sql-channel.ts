/**
 * The change feed between the processes on one database: a table that each reads on from where it was,
 * woken by `LISTEN` where there is that, and now and then by itself.
 *
 * What was sent while the connection was lost is not known: everything counts as changed then.
 */
import type { FeedChannel } from "../change-feed.ts";
import { TABLES } from "../change-message.ts";
import type { SqlDatabase } from "./sql.ts";

export interface SqlChannelOptions {
  /** How long a message may be on its way where nothing wakes its readers, in milliseconds. */
  readonly pollMs: number;
  /** Tells the readers of a message, in the statement that sends it. */
  readonly wake?: string | undefined;
}

/** How far back a reader looks again: who took a number first may commit it last. */
const OVERLAP = 100;
/** Messages are kept so long, in seconds, and old ones are looked for as often. */
const KEPT_SECONDS = 60;

const ALL_CHANGED = [{ tables: TABLES }];

interface Message {
  readonly seq: number | bigint | string;
  readonly changes: string;
}

export class SqlChannel implements FeedChannel {
  onmessage: ((message: MessageEvent<unknown>) => void) | null = null;
  readonly #id = crypto.randomUUID();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #sending = new Set<Promise<void>>();
  #newest = 0;
  #seen = new Set<number>();
  #isReading = false;
  #isAskedAgain = false;
  #isLost = false;
  #isClosed = false;
  #tidiedAt = Date.now();

  /** @param kind tells channels on one table apart */
  private constructor(
    private readonly sql: SqlDatabase,
    private readonly kind: string,
    private readonly options: SqlChannelOptions,
  ) {
    this.#timer = setInterval(() => this.wake(), options.pollMs);
    this.#timer.unref();
  }

  static async open(
    sql: SqlDatabase,
    kind: string,
    options: SqlChannelOptions,
  ): Promise<SqlChannel> {
    const channel = new SqlChannel(sql, kind, options);
    await channel.#begin();
    return channel;
  }

  postMessage(changes: unknown): void {
    const { wake } = this.options;
    const text = JSON.stringify({ from: this.#id, kind: this.kind, changes });
    const insert = "INSERT INTO feed (changes) VALUES ($1) RETURNING 1";
    const sent = wake
      ? this.sql.query(`WITH sent AS (${insert}) SELECT pg_notify($2, '') FROM sent`, [text, wake])
      : this.sql.query(insert, [text]);
    // A change carries no data: whoever misses it reads again at the next.
    const sending = sent
      .then(
        () => undefined,
        () => this.lose(),
      )
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Resolves when what was sent is in the database. */
  async sent(): Promise<void> {
    await Promise.all(this.#sending);
  }

  /** There may be something to read. */
  wake(): void {
    this.#isAskedAgain = true;
    if (this.#isReading || this.#isClosed) return;
    this.#isReading = true;
    void this.#readAll().finally(() => (this.#isReading = false));
  }

  /** The connection was lost: what came meanwhile may be missing. */
  lose(): void {
    this.#isLost = true;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  async #begin(): Promise<void> {
    // What was sent before is no news.
    const rows = await this.sql.query<Pick<Message, "seq">>(
      "SELECT seq FROM feed ORDER BY seq DESC LIMIT $1",
      [OVERLAP],
    );
    this.#seen = new Set(rows.map(({ seq }) => Number(seq)));
    this.#newest = Number(rows[0]?.seq ?? 0);
  }

  async #readAll(): Promise<void> {
    while (this.#isAskedAgain && !this.#isClosed) {
      this.#isAskedAgain = false;
      try {
        await this.#read();
      } catch {
        this.lose();
        return;
      }
    }
  }

  async #read(): Promise<void> {
    const rows = await this.sql.query<Message>(
      "SELECT seq, changes FROM feed WHERE seq > $1 ORDER BY seq",
      [this.#newest - OVERLAP],
    );
    if (this.#isLost) {
      this.#isLost = false;
      this.#hear(ALL_CHANGED);
    }
    const numbers = new Set<number>();
    for (const { seq, changes } of rows) {
      const number = Number(seq);
      numbers.add(number);
      if (!this.#seen.has(number)) this.#take(changes);
      this.#newest = Math.max(this.#newest, number);
    }
    this.#seen = numbers;
    await this.#tidy();
  }

  #take(text: string): void {
    const { from, kind, changes } = JSON.parse(text) as Record<string, unknown>;
    if (from !== this.#id && kind === this.kind) this.#hear(changes);
  }

  #hear(data: unknown): void {
    if (!this.#isClosed) this.onmessage?.({ data } as MessageEvent<unknown>);
  }

  async #tidy(): Promise<void> {
    if (Date.now() - this.#tidiedAt < KEPT_SECONDS * 1000) return;
    this.#tidiedAt = Date.now();
    await this.sql.query("DELETE FROM feed WHERE at < now() - ($1 * interval '1 second')", [
      KEPT_SECONDS,
    ]);
  }
}
