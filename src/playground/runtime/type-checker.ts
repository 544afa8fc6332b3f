/** Checks a tool file as it is typed. Loaded with the editor; one worker serves as long as the page lives. */
import { Caller, methodsOf } from "../../store/remote/index.ts";
import { TYPE_CALLS, type TypeCalls, type TypesInit } from "./type-messages.ts";

let opened: TypeCalls | undefined;

export function typeChecker(): TypeCalls {
  return (opened ??= open());
}

function open(): TypeCalls {
  const worker = new Worker(new URL("./type-worker.ts", import.meta.url), { type: "module" });
  const { port1, port2 } = new MessageChannel();
  const caller = new Caller({ port: port1, methods: TYPE_CALLS });
  // What could not be loaded is tried again by who asks next.
  worker.onerror = () => {
    opened = undefined;
    caller.close();
    worker.terminate();
  };
  const url = new URL(`${import.meta.env.BASE_URL}tool-types.json`, document.baseURI).href;
  worker.postMessage({ url } satisfies TypesInit, [port2]);
  return methodsOf(caller, TYPE_CALLS) as unknown as TypeCalls;
}
