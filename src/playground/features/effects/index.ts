/** Effects: the ledger, of one call or whole. */
export { EffectsPanel } from "./effects-panel.tsx";
