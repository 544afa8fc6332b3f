/** The simulated outside services and their ledger. */
export {
  charge,
  InsufficientFundsError,
  PaymentRejectedError,
  type Charge,
  type Receipt,
} from "./bank.ts";
export {
  InvalidDocumentError,
  QuotaExceededError,
  recognizeText,
  translate,
  type Document,
  type Recognized,
  type Translation,
} from "./documents.ts";
export { exchangeRate, UnknownCurrencyError, type ExchangeRate } from "./exchange.ts";
export { openWorld, type WorldOptions } from "./open-world.ts";
export { simulateServices } from "./services.ts";
export { World, type Simulation, type WorldSettings } from "./world.ts";
