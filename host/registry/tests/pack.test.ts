/** The package as somebody gets it who installs it from npm: plain JavaScript in plain Node. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Installed, installPacked, readmeExample } from "../../../tools/harness/packed.ts";

let folder: string;
let installed: Installed;
beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "registry-pack-"));
    installed = await installPacked("registry", folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the example of its README serves a tree", async () => {
    expect(await installed.runModule(await readmeExample("registry"))).toBe('{"version":1,"packages":{}}\n');
});
