/** Sorted maps: ranges, entries, history and files. */
export { MapWrites } from "./map-writes.tsx";
export { MapsPanel } from "./maps-panel.tsx";
