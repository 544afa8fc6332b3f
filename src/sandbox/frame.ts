/** A frame of an origin of its own, with a worker in it: no network, no storage, no way to the page but its ports. */

export interface FrameWork {
  readonly code: string;
  readonly init: unknown;
  readonly ports: readonly MessagePort[];
  /** The worker's script failed, or threw where nobody caught it. */
  readonly onError: (message: string) => void;
}

export interface Frame {
  /** Starts a worker, in place of the one before. */
  readonly run: (work: FrameWork) => void;
  /** Ends the worker; the frame takes another. */
  readonly end: () => void;
  /** Ends frame and worker at once, whatever they are doing. */
  readonly close: () => void;
}

/** The worker's script, with a person's file in it: CommonJS. */
export async function workerCode(file: string): Promise<string> {
  const { default: runtime } = await import("virtual:sandbox-runtime");
  return `${runtime}\nrunFile(function (module, exports, require) {\n${file}\n});`;
}

/** How long the frame's document may take to load, in milliseconds. */
export const LOAD_MS = 20_000;
/** How long a frame that nobody takes is kept, in milliseconds. */
const KEPT_MS = 5000;

/**
 * Opens a frame. Resolves when it takes work.
 *
 * @param url the document of the sandbox, from the page's own server
 * @param signal is waited for no more when it is aborted
 * @throws Error where that does not load
 */
export async function openFrame(url: string, signal?: AbortSignal): Promise<Frame> {
  signal?.throwIfAborted();
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = "Sandbox";
  frame.setAttribute("sandbox", "allow-scripts");
  frame.src = url;
  const ready = Promise.withResolvers<undefined>();
  let onError: FrameWork["onError"] = () => undefined;
  let runs = 0;
  const listen = ({ source, data }: MessageEvent<unknown>): void => {
    if (source !== frame.contentWindow || typeof data !== "object" || data === null) return;
    const { type, message, run } = data as Readonly<Record<string, unknown>>;
    if (type === "ready") ready.resolve(undefined);
    // What a worker before had to say is nobody's any more.
    else if (type === "failed" && run === runs) onError(textOf(message));
  };
  // Of an opaque origin: no other target can be named.
  const post = (data: object, ports: readonly MessagePort[] = []): void =>
    frame.contentWindow?.postMessage(data, "*", [...ports]);
  const opened: Frame = {
    run: ({ code, init, ports, ...work }) => {
      onError = work.onError;
      post({ code, init, run: ++runs }, ports);
    },
    end: () => {
      onError = () => undefined;
      post({});
    },
    close: () => {
      removeEventListener("message", listen);
      frame.remove();
    },
  };
  addEventListener("message", listen);
  document.body.append(frame);
  const late = setTimeout(
    () => ready.reject(new Error(`The sandbox did not load from ${url}. Reload the page.`)),
    LOAD_MS,
  );
  const stop = (): void => ready.reject(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await ready.promise;
    return opened;
  } catch (error) {
    opened.close();
    throw error;
  } finally {
    clearTimeout(late);
    signal?.removeEventListener("abort", stop);
  }
}

/** Frames for many short lives, one worker at a time in each: opening one takes longer than all that a call does. */
export class FramePool {
  readonly #idle = new Set<Frame>();

  constructor(private readonly url: string) {}

  async take(): Promise<Frame> {
    const [frame] = this.#idle;
    if (!frame) return await openFrame(this.url);
    this.#idle.delete(frame);
    return frame;
  }

  /** Its worker ends. */
  give(frame: Frame): void {
    frame.end();
    this.#idle.add(frame);
    setTimeout(() => {
      // Unless it was taken meanwhile, and given back since: then a little early.
      if (this.#idle.delete(frame)) frame.close();
    }, KEPT_MS);
  }
}

/** Firefox does not say what was wrong with the script of another origin. */
function textOf(message: unknown): string {
  return typeof message === "string" && message !== "Script error."
    ? message
    : "The script could not be run: it is no JavaScript, or it threw.";
}
