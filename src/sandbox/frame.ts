/** A worker within a frame of an origin of its own: no network, no storage, no way to the page but its ports. */

export interface FrameOptions {
  /** The document of the sandbox, from the page's own server. */
  readonly url: string;
  readonly code: string;
  readonly init: unknown;
  readonly ports: readonly MessagePort[];
  /** The worker's script failed, or threw where nobody caught it. */
  readonly onError: (message: string) => void;
}

/** How long the frame's document may take to load, in milliseconds. */
const LOAD_MS = 20_000;

/**
 * Starts the worker. Resolves when the frame has taken its code.
 *
 * @returns ends frame and worker at once, whatever they are doing
 * @throws Error where the sandbox's document does not load
 */
export async function openFrame({
  url,
  code,
  init,
  ports,
  onError,
}: FrameOptions): Promise<() => void> {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = "Sandbox";
  frame.setAttribute("sandbox", "allow-scripts");
  frame.src = url;
  const ready = Promise.withResolvers<undefined>();
  const listen = ({ source, data }: MessageEvent<unknown>): void => {
    if (source !== frame.contentWindow || typeof data !== "object" || data === null) return;
    const { type, message } = data as { readonly type?: unknown; readonly message?: unknown };
    if (type === "ready") ready.resolve(undefined);
    else if (type === "failed") onError(textOf(message));
  };
  const close = (): void => {
    removeEventListener("message", listen);
    frame.remove();
  };
  addEventListener("message", listen);
  document.body.append(frame);
  const late = setTimeout(
    () => ready.reject(new Error(`The sandbox did not load from ${url}. Reload the page.`)),
    LOAD_MS,
  );
  try {
    await ready.promise;
  } catch (error) {
    close();
    throw error;
  } finally {
    clearTimeout(late);
  }
  // Of an opaque origin: no other target can be named.
  frame.contentWindow?.postMessage({ code, init }, "*", [...ports]);
  return close;
}

/** Firefox does not say what was wrong with the script of another origin. */
function textOf(message: unknown): string {
  return typeof message === "string" && message !== "Script error."
    ? message
    : "The script could not be run: it is no JavaScript, or it threw.";
}
