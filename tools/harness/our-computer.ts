import { boot } from "../computer/index.ts";
import type { Backend } from "./backend.ts";
import { watch } from "./watch.ts";

/** The headless computer of this project, see tools/computer. */
export const ourComputer: Backend = {
    name: "our computer",
    skipped: {},
    async run({ disk, allow = [], rom, timeoutSeconds, signal }) {
        signal?.throwIfAborted();
        const computer = await boot({ disk, ...(rom !== undefined && { rom }), http: { allow } });
        const end = await watch(computer, timeoutSeconds, signal);
        return { end, output: computer.transcript() };
    },
};
