/** The simulated services of the examples. */
import { bank } from "./bank.ts";
import { ocr, translator } from "./documents.ts";
import { exchange } from "./exchange.ts";
import type { World } from "./world.ts";

export function simulateServices(world: World): void {
  world.simulate("bank.charge", bank);
  world.simulate("exchange.rate", exchange);
  world.simulate("ocr.recognize", ocr);
  world.simulate("translator.translate", translator);
}
