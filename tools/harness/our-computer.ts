import { boot } from "../computer/index.ts";
import type { Backend } from "./backend.ts";

/** The headless computer of this project, see tools/computer. */
export const ourComputer: Backend = {
    name: "our computer",
    skipped: {},
    boot: ({ allow, onDenied, ...options }) => boot({ ...options, http: { allow, onDenied } }),
};
