/** The command line as parts, for programs that show computers of their own. */
export { exitConclusion, type Conclusion } from "./conclusion.ts";
export { deniedAddresses, type DeniedAddresses } from "./denied.ts";
export { fittingSize, showLive, type LiveOptions } from "./live.ts";
export { run, type Packages, type World } from "./run.ts";
