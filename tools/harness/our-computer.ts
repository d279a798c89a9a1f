import { boot } from "craftos-headless";
import type { Backend } from "./backend.ts";

/** The headless computer of this project, see host/craftos. */
export const ourComputer: Backend = {
    name: "our computer",
    skipped: {},
    boot: ({ allow, onDenied, ...options }) => boot({ ...options, http: { allow, onDenied } }),
};
