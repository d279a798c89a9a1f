import { defaultServerConditions } from "vite";
import { configDefaults, defineConfig } from "vitest/config";
import { linkDifferentFiles, linkedFiles } from "./tests/e2e/link-differences.ts";
import { opencode2Files, opencodeDifferences, previewFiles } from "./tests/e2e/opencode-differences.ts";

/** By it packages of host/ are their sources. */
const conditions = ["trapos-source", ...defaultServerConditions];

const endToEnd = (name: string) => `tests/e2e/${name}.test.ts`;

/**
 * Tests of tests/e2e once more: see docs/testing.md.
 * @param some the files of which there are to be tests where not all are asked for
 * @param different the files that are another thing by design
 * @param isAll whether all are asked for
 */
function onceMore(some: readonly string[], different: readonly string[], isAll: boolean) {
    return {
        include: isAll ? [endToEnd("*")] : some.map(endToEnd),
        exclude: [...configDefaults.exclude, ...different.map(endToEnd)],
    };
}

/** On computers that are linked with a bridge. */
const linked = {
    name: "linked",
    ...onceMore(linkedFiles, Object.keys(linkDifferentFiles), process.env["TRAPOS_TEST_LINK"] === "all"),
    env: { TRAPOS_TEST_LINK: "1" },
};

/** On a stand-in of opencode 2. */
const onOpencode2 = (name: "preview" | "twin") => ({
    name,
    ...onceMore(
        name === "preview" ? previewFiles : opencode2Files,
        Object.keys(opencodeDifferences(name).files),
        process.env["TRAPOS_TEST_OPENCODE_2"] === "all",
    ),
    env: { TRAPOS_TEST_OPENCODE: name },
});

/** What is another thing by design on the opencode that all tests are run on, where that is not the installed one. */
const elsewhere = opencodeDifferences(
    process.env["TRAPOS_TEST_OPENCODE"],
    process.env["TRAPOS_TEST_DIALECT"] === "2" ? 2 : 1,
);

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
                test: {
                    name: "direct",
                    include: ["host/*/tests/**/*.test.ts", "tests/**/*.test.ts"],
                    exclude: [...configDefaults.exclude, ...Object.keys(elsewhere.files).map(endToEnd)],
                },
            },
            { extends: true, test: linked },
            { extends: true, test: onOpencode2("preview") },
            { extends: true, test: onOpencode2("twin") },
        ],
    },
});
