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
  type Recognized,
  type Translation,
} from "./documents.ts";
export { exchangeRate, UnknownCurrencyError, type ExchangeRate } from "./exchange.ts";
export { openWorld, World, type ServiceCall, type WorldOptions } from "./world.ts";
