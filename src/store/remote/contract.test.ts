import { remoteEngine } from "../../testing/remote-engine.ts";
import { storeContract } from "../contract/index.ts";

storeContract(remoteEngine());
