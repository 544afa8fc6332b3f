/** The server in another process that the page inspects. Loaded where the page was opened on one. */
import { World } from "../../world/index.ts";
import { connectLedger, connectStore } from "../../store/remote/index.ts";
import { fromText, INSPECT_PORTS, InspectingHost, manyPorts, toText } from "../../remote/index.ts";
import { served, servedOf, type Served } from "./opened-on.ts";
import type { ServerLife } from "./server-life.ts";
import type { SettingsDesk } from "./settings-desk.ts";
import type { StateCell } from "./state-cell.ts";

export interface OpenServedOptions {
  readonly cell: StateCell;
  readonly server: ServerLife;
  readonly settings: SettingsDesk;
  /** A server runs that the page has not joined. */
  readonly onNext: () => void;
  /** The connection was lost. */
  readonly onLost: () => void;
  /** After that: its process answers again. */
  readonly onBack: () => void;
  /** Whether anybody still wants it. */
  readonly isWanted: () => boolean;
}

/** How long the page waits before it asks again for what does not answer, in milliseconds. */
const AGAIN_MS = 1000;

let newest = served;

/** @throws Error what keeps the page from it */
export async function openServed(options: OpenServedOptions) {
  const { cell, server, settings: desk, onNext, onLost, onBack, isWanted } = options;
  const { secret = "" } = newest ?? (await findServed());
  // The next may be another run, with another secret.
  newest = undefined;
  const url = new URL("./inspect", document.baseURI);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = await opened(url);
  socket.send(secret);
  const ports = manyPorts(INSPECT_PORTS, (message) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(toText(message));
  });
  let isOpen = false;
  const host: InspectingHost = new InspectingHost({
    ports,
    onPauses: (pauses) => cell.set({ pauses }),
    onNext: () => {
      // The first is joined when everything is open.
      if (isOpen) onNext();
    },
    onStopped: (id) => server.hasStopped(id),
    onCrash: (id) => server.hasCrashed(id, host),
    onSettings: () => void cell.attempt(() => desk.read()),
    onError: (message) => cell.log("error", message),
    onSilence: (silent) => cell.set({ silent }),
  });
  let why = "The server’s process does not answer.";
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => undefined);
  socket.onmessage = ({ data }: MessageEvent<string>) => ports.take(fromText(data));
  socket.onclose = ({ reason }) => {
    if (reason !== "") why = reason;
    ports.end();
    host.close();
    lost.reject(new Error(why));
    if (!isOpen || !isWanted()) return;
    onLost();
    void untilBack(isWanted).then((isBack) => {
      if (isBack) onBack();
    });
  };
  const close = async (): Promise<void> => {
    isOpen = false;
    host.close();
    socket.close();
    await Promise.resolve();
  };
  try {
    const connected = Promise.all([
      connectStore(ports.port("store")),
      connectLedger(ports.port("ledger")),
      host.inspection(),
    ]);
    const [far, ledger] = await Promise.race([connected, lost.promise]);
    const store = {
      ...far,
      readSetting: () => host.readSettings(),
      writeSetting: (_key: string, settings: unknown) => host.writeSettings(settings),
      close,
    };
    const settings = await host.readSettings();
    isOpen = true;
    return {
      store,
      world: new World({ ...ledger, close }),
      host,
      settings,
      stepper: stepperOf(host),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where calls wait is decided over there. */
function stepperOf(host: InspectingHost) {
  return {
    breakpoints: [],
    decide: host.decide.bind(host),
    stepInto: host.stepInto.bind(host),
  };
}

/** @returns false where nobody waits for it any more */
async function untilBack(isWanted: () => boolean): Promise<boolean> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    if (!isWanted()) return false;
    try {
      newest = await findServed();
      return true;
    } catch {
      // Not yet.
    }
  }
}

/** What the server's document says now. */
async function findServed(): Promise<Served> {
  const answer = await fetch(document.baseURI, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = answer.ok ? servedOf(page) : undefined;
  if (!found) throw new Error("No server is inspected at this address any more.");
  return found;
}

function opened(url: URL): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.onopen = () => resolve(socket);
    socket.onerror = () =>
      reject(new Error("The server’s process does not answer: see whether npm run serve runs."));
  });
}
