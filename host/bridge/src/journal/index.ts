/** What the bridge has promised, kept on the disk; and what may still be used. */
export type * from "./journal.ts";
export { JournalError, type JournalErrorCode } from "./database.ts";
export { limitedOf } from "./limited.ts";
export { refusal, tokensOf, type Counts, type Limited, type Refusal, type RefusalCode } from "./limits.ts";
export { openJournal } from "./store.ts";
