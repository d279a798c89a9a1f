import type { Part } from "../part.ts";
import { answers } from "./answers.ts";
import { answers2 } from "./answers2.ts";
import { boxes } from "./boxes.ts";
import { crowd } from "./crowd.ts";
import { cuts } from "./cuts.ts";
import { exhaust } from "./exhaust.ts";
import { jobs } from "./jobs.ts";
import { links } from "./links.ts";
import { states } from "./states.ts";
import { texts } from "./texts.ts";
import { turns, turns2 } from "./turns.ts";

/** All parts, in the order in which they are played. */
export const parts: readonly Part[] = [
    answers,
    answers2,
    turns,
    turns2,
    links,
    jobs,
    crowd,
    boxes,
    texts,
    cuts,
    states,
    exhaust,
];
