import { ENGINES } from "../../testing/engines.ts";
import { storeContract } from "../contract/index.ts";

storeContract(ENGINES.pglite);
