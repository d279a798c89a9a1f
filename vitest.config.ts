import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/** By it packages of host/ are their sources. */
const conditions = ["trapos-source", ...defaultServerConditions];

export default defineConfig({
    ssr: { resolve: { conditions } },
    test: {
        include: ["host/*/tests/**/*.test.ts", "tests/**/*.test.ts"],
        // Many tests wait for real servers: a third of two processors is idle with two at once.
        maxWorkers: 3,
        // What hangs is to fail in the end; a slow machine is not.
        testTimeout: 180_000,
        hookTimeout: 180_000,
    },
});
