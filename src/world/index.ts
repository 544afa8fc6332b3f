/** The simulated outside services and their ledger. */
export {
  charge,
  InsufficientFundsError,
  PaymentRejectedError,
  simulateBank,
  type Charge,
  type Receipt,
} from "./bank.ts";
export {
  InvalidDocumentError,
  QuotaExceededError,
  recognizeText,
  simulateDocuments,
  translate,
  type Document,
  type Recognized,
  type Translation,
} from "./documents.ts";
export {
  exchangeRate,
  simulateExchange,
  UnknownCurrencyError,
  type ExchangeRate,
} from "./exchange.ts";
export {
  World,
  type Simulated,
  type Simulation,
  type SimulationChange,
  type WorldSettings,
} from "./world.ts";
