import type { Part } from "../part.ts";
import { answers } from "./answers.ts";
import { exhaust } from "./exhaust.ts";
import { texts } from "./texts.ts";

/** All parts, in the order in which they are played. */
export const parts: readonly Part[] = [answers, texts, exhaust];
