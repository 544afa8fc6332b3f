/** What can be wrong with a store, in words that say what to do. Each keeps the engine's own error as its `cause`. */

export class StoreError extends Error {
  override name = "StoreError";
}

/** The engine cannot be reached: IndexedDB is missing or blocked (a private mode, blocked site data), a server is down. */
export class StoreUnavailableError extends StoreError {
  override name = "StoreUnavailableError";
}

/** An address of a database, or a name in it, that is none. */
export class InvalidAddressError extends StoreError {
  override name = "InvalidAddressError";
}

/** The database was made by a newer version of this program. */
export class StoreVersionError extends StoreError {
  override name = "StoreVersionError";
}

/** The browser's quota for this site, or a disk, is used up. Nothing was written. */
export class StoreQuotaError extends StoreError {
  override name = "StoreQuotaError";
}

/** The engine rolled a transaction back and gave no reason. Nothing was written. */
export class StoreAbortedError extends StoreError {
  override name = "StoreAbortedError";
}

/** The connection is closed: by an upgrade elsewhere, by the engine, or by `close()`. */
export class StoreClosedError extends StoreError {
  override name = "StoreClosedError";
}

/** Another execution of the invocation has taken over: nothing was written, and nothing will be any more. */
export class SupersededError extends StoreError {
  override name = "SupersededError";

  constructor(execution: number) {
    super(
      `Execution ${execution} is superseded: it has ended, or another server has taken the call over.`,
    );
  }
}

/** A value that the structured clone algorithm does not take. Nothing was written. */
export class UnstorableValueError extends StoreError {
  override name = "UnstorableValueError";
}
