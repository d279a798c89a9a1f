import { fingerprint } from "../../../tools/build/packages.ts";
import type { Index } from "../src/index.ts";

/** An index of one package with these files. */
export function indexOf(files: Readonly<Record<string, string>>): string {
    const fingerprints = Object.entries(files).map(
        ([file, content]) => [file, fingerprint(content)] as const,
    );
    const tool = {
        version: "1.0.0",
        description: "",
        dependencies: {},
        files: Object.fromEntries(fingerprints),
    };
    return JSON.stringify({ version: 1, packages: { tool } } satisfies Index);
}
