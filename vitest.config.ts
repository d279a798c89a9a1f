import { defaultServerConditions } from "vite";
import { configDefaults, defineConfig } from "vitest/config";
import { linkDifferentFiles, linkedFiles } from "./tests/e2e/link-differences.ts";

/** By it packages of host/ are their sources. */
const conditions = ["trapos-source", ...defaultServerConditions];

const endToEnd = (name: string) => `tests/e2e/${name}.test.ts`;

/** Tests of tests/e2e once more, on computers that are linked with a bridge: see docs/testing.md. */
const linked = {
    name: "linked",
    include: process.env["TRAPOS_TEST_LINK"] === "all" ? [endToEnd("*")] : linkedFiles.map(endToEnd),
    exclude: [...configDefaults.exclude, ...Object.keys(linkDifferentFiles).map(endToEnd)],
    env: { TRAPOS_TEST_LINK: "1" },
};

export default defineConfig({
    ssr: { resolve: { conditions } },
    test: {
        // Many tests wait for real servers: a third of two processors is idle with two at once.
        maxWorkers: 3,
        // What hangs is to fail in the end; a slow machine is not.
        testTimeout: 180_000,
        hookTimeout: 180_000,
        projects: [
            {
                extends: true,
                test: { name: "direct", include: ["host/*/tests/**/*.test.ts", "tests/**/*.test.ts"] },
            },
            { extends: true, test: linked },
        ],
    },
});
