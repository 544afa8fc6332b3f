import { storeContract } from "../contract/index.ts";
import { remoteEngine } from "../../testing/remote-engine.ts";

storeContract(() => {
  const { openStore, openLedger, remove } = remoteEngine();
  const name = crypto.randomUUID();
  return Promise.resolve({
    connect: () => openStore(name),
    openLedger: () => openLedger(name),
    dispose: () => remove(name),
  });
});
