import { engine } from "../../../testing/engines.ts";
import { storeContract } from "../../contract/index.ts";

storeContract(engine);
