/**
 * What can be wrong with the store, in words that say what to do. Each keeps the browser's own
 * error as its `cause`.
 */

export class StoreError extends Error {
  override name = "StoreError";
}

/** IndexedDB is missing or blocked: a private mode, blocked site data, a sandboxed frame. */
export class StoreUnavailableError extends StoreError {
  override name = "StoreUnavailableError";
}

/** The database was made by a newer version of this program. */
export class StoreVersionError extends StoreError {
  override name = "StoreVersionError";
}

/** The browser's quota for this site, or the disk, is used up. Nothing was written. */
export class StoreQuotaError extends StoreError {
  override name = "StoreQuotaError";
}

/** The browser rolled a transaction back and gave no reason. Nothing was written. */
export class StoreAbortedError extends StoreError {
  override name = "StoreAbortedError";
}

/** The connection is closed: by an upgrade in another tab, by the browser, or by `close()`. */
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

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : "";
}

/**
 * The store's own error for one that IndexedDB threw; any other error is given back as it is.
 *
 * @param size how much was to be written, in bytes
 */
export function toStoreError(error: unknown, size?: number): unknown {
  const options = { cause: error };
  const detail = error instanceof Error ? error.message : String(error);
  switch (nameOf(error)) {
    case "QuotaExceededError":
      return new StoreQuotaError(
        "The browser's storage for this site is full, so nothing was written. " +
          "Wipe an example's data or free disk space, then retry.",
        options,
      );
    case "DataCloneError":
      return new UnstorableValueError(`The value cannot be stored: ${detail}`, options);
    case "VersionError":
      return new StoreVersionError(
        "This database was made by a newer version of the playground. " +
          "Reload the page to get that version; nothing was changed.",
        options,
      );
    case "AbortError":
      return new StoreAbortedError(
        `The browser rolled the transaction${size === undefined ? "" : ` of ${inMebibytes(size)} MiB`} ` +
          "back and gave no reason; nothing was written. It does so with what is too large for one " +
          "transaction: write smaller values, or fewer at once. Otherwise retry.",
        options,
      );
    case "SecurityError":
      return unavailable(error);
    case "InvalidStateError":
      return new StoreClosedError(
        "The connection to the database is closed. Reload the page; what was committed is kept.",
        options,
      );
    default:
      return error;
  }
}

export function unavailable(cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError(
    "This browser does not let the page use IndexedDB, where the playground keeps everything. " +
      "Leave the private window, or allow site data for this address, then reload.",
    { cause },
  );
}

/** The browser cannot open what it has on the disk. */
export function broken(cause: unknown): StoreUnavailableError {
  const why = cause instanceof Error ? ` (${cause.message})` : "";
  return new StoreUnavailableError(
    `The browser cannot open its storage for this site${why}. In a private window, leave it. ` +
      "Otherwise close the browser and open it again; if that does not help, its files are damaged, " +
      "and deleting this address's site data makes new ones.",
    { cause },
  );
}

function inMebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
