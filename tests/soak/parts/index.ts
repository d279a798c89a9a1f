import type { Part } from "../part.ts";
import { cuts } from "./cuts.ts";

/** All parts, in the order in which they are played. */
export const parts: readonly Part[] = [cuts];
