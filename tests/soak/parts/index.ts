import type { Part } from "../part.ts";
import { answers } from "./answers.ts";

/** All parts, in the order in which they are played. */
export const parts: readonly Part[] = [answers];
