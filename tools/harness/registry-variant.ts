import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { planBumps } from "../build/bump.ts";
import { INSTALLER, INDEX, MANIFEST } from "trapos-registry";
import { asJson, type Descriptor, makeIndex, makeManifest, readDescriptors } from "../build/packages.ts";
import { projectFolder } from "./disk.ts";

/** How a tree is to differ from the one that it is made from. */
export interface Changes {
    /**
     * New content by path, or a function that makes it from the old one. The versions of the packages that list these
     * files rise by a patch, and those of all that depend on them, as `npm run bump` raises them. A program goes on to
     * show the version that it was built with.
     */
    readonly files?: Readonly<Record<string, string | ((content: string) => string)>>;
    /** Further packages whose versions rise so. */
    readonly raise?: readonly string[];
    /** Fields of descriptors by package, on top of all this: another version, files that come or go. New packages, too. */
    readonly descriptors?: Readonly<Record<string, Partial<Descriptor>>>;
}

/**
 * Makes a tree of packages that differs from another, such as what this project's registry may serve in a year.
 * `install.lua` is that of the old tree.
 *
 * @param folder where it is made
 * @param root the tree that it is made from: this project's when absent
 */
export async function makeVariant(folder: string, changes: Changes, root = projectFolder): Promise<void> {
    const { files = {}, raise = [], descriptors: fields = {} } = changes;
    let descriptors = readDescriptors(root);
    const owners = descriptors.filter((one) => one.files.some((file) => Object.hasOwn(files, file)));
    for (const name of new Set([...owners.map((one) => one.name), ...raise])) {
        descriptors = raised(descriptors, name);
    }
    const known = descriptors.map((one) => ({ ...one, ...fields[one.name] }));
    const added = Object.entries(fields)
        .filter(([name]) => !known.some((one) => one.name === name))
        .map(([name, one]): Descriptor => {
            return { name, version: "1.0.0", description: name, dependencies: {}, files: [], ...one };
        });
    const all = [...known, ...added].sort((one, other) => (one.name < other.name ? -1 : 1));

    const contents = new Map<string, Buffer>();
    for (const file of new Set(all.flatMap((one) => one.files))) {
        const change = files[file];
        const old = join(root, file);
        const content =
            typeof change === "string"
                ? change
                : change === undefined
                  ? await readFile(old)
                  : change(await readFile(old, "latin1"));
        contents.set(file, typeof content === "string" ? Buffer.from(content, "latin1") : content);
    }
    const index = makeIndex(all, (file) => contents.get(file) ?? "");
    contents.set(INDEX, Buffer.from(asJson(index)));
    contents.set(MANIFEST, Buffer.from(asJson(makeManifest(all))));
    if (existsSync(join(root, INSTALLER))) contents.set(INSTALLER, await readFile(join(root, INSTALLER)));
    for (const [file, content] of contents) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await writeFile(join(folder, file), content);
    }
}

function raised(descriptors: readonly Descriptor[], name: string): Descriptor[] {
    const bumps = new Map(planBumps(descriptors, name, "patch").map((bump) => [bump.name, bump]));
    return descriptors.map((one) => {
        const bump = bumps.get(one.name);
        if (bump === undefined) return one;
        const dependencies = { ...one.dependencies };
        for (const needed of bump.because) dependencies[needed] = `^${bumps.get(needed)?.to ?? ""}`;
        return { ...one, version: bump.to, dependencies };
    });
}
