import { defineConfig } from "vitest/config";

export default defineConfig({
    test: {
        include: ["tests/**/*.test.ts"],
        // Real servers and computers start in many tests: more at once only makes each wait longer.
        maxWorkers: 2,
        // What hangs is to fail in the end; a slow machine is not.
        testTimeout: 180_000,
        hookTimeout: 180_000,
    },
});
