import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/** By it packages of host/ are their sources. */
const conditions = ["trapos-source", ...defaultServerConditions];

export default defineConfig({
    ssr: { resolve: { conditions } },
    test: {
        include: ["host/*/tests/**/*.test.ts", "tests/**/*.test.ts"],
        // Real servers and computers start in many tests: more at once only makes each wait longer.
        maxWorkers: 2,
        // What hangs is to fail in the end; a slow machine is not.
        testTimeout: 180_000,
        hookTimeout: 180_000,
    },
});
