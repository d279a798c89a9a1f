/** What the command lines of programs that run computers have in common. */
export { exitStatus } from "./exit-status.ts";
export { interruption } from "./interruption.ts";
export { httpAllowOption, seconds, several, size, sizeOption, sizeOrFit, type Size } from "./options.ts";
export { endQuietlyWithoutReader } from "./output.ts";
