/** The bridge between ComputerCraft computers and an opencode server. */
export type { Profile } from "./journal/journal.ts";
export { type AssembledBridge, assembleBridge, type BridgeParts } from "./assembly.ts";
export { type Bridge, startBridge } from "./bridge.ts";
export type { BridgeOptions } from "./options.ts";
