/** Guards, of one call or of all. */
export { GuardsPanel } from "./guards-panel.tsx";
