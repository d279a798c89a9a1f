import type { Part } from "../part.ts";
import { exhaust } from "./exhaust.ts";

/** All parts, in the order in which they are played. */
export const parts: readonly Part[] = [exhaust];
