import { storeContract } from "../contract/index.ts";
import { remoteEngine } from "../../testing/remote-engine.ts";

storeContract(() => {
  const engine = remoteEngine();
  const name = crypto.randomUUID();
  return Promise.resolve({
    connect: () => engine.openStore(name),
    openLedger: () => engine.openLedger(name),
    dispose: () => engine.remove(name),
  });
});
