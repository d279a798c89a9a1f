import fs from "node:fs";
import path from "node:path";
import semver from "semver";
import { descriptorPath, readDescriptors, type Descriptor } from "./packages.ts";
import { BuildError } from "./problem.ts";

export type Step = "patch" | "minor" | "major";

const STEPS: readonly string[] = ["patch", "minor", "major"];

/** One package's new version. */
export interface Bump {
    readonly name: string;
    readonly from: string;
    readonly to: string;
    /** The bumped packages that it depends on, for whose sake it is bumped. */
    readonly because: readonly string[];
}

/**
 * Decides the new versions when a package changes: its own, and a patch for each package that depends on it, since
 * what they install changes.
 *
 * @param descriptors every package
 * @param name the package that changed
 * @throws BuildError for a package that does not exist
 */
export function planBumps(descriptors: readonly Descriptor[], name: string, step: Step): Bump[] {
    const byName = new Map(descriptors.map((descriptor) => [descriptor.name, descriptor]));
    const first = byName.get(name);
    if (first === undefined) {
        throw new BuildError(`There is no package "${name}". There are: ${[...byName.keys()].join(", ")}.`);
    }
    const affected = new Set([name]);
    let grew = true;
    while (grew) {
        const dependents = descriptors.filter(
            (one) =>
                !affected.has(one.name) && Object.keys(one.dependencies).some((other) => affected.has(other)),
        );
        for (const dependent of dependents) affected.add(dependent.name);
        grew = dependents.length > 0;
    }
    return [...affected].map((one) => {
        const descriptor = byName.get(one) ?? first;
        const to = semver.inc(descriptor.version, one === name ? step : "patch");
        if (to === null) {
            throw new BuildError(
                `${descriptorPath(one)}: version "${descriptor.version}" is not one, write 0.1.0`,
            );
        }
        const because = Object.keys(descriptor.dependencies).filter((other) => affected.has(other));
        return { name: one, from: descriptor.version, to, because };
    });
}

/**
 * Raises a package's version and those of the packages that depend on it, in their descriptors.
 *
 * @param root absolute path of the project's folder
 * @param options the package's name and `patch`, `minor` or `major`, as typed
 * @returns what was changed
 * @throws BuildError where the options make no sense; nothing is changed then
 */
export function bump(root: string, options: readonly string[]): Bump[] {
    const [name, step] = options;
    if (name === undefined || step === undefined || !STEPS.includes(step) || options.length > 2) {
        throw new BuildError("Usage: npm run bump <package> <patch|minor|major>");
    }
    const bumps = planBumps(readDescriptors(root), name, step as Step);
    for (const { name: changed, from, to, because } of bumps) {
        const file = path.join(root, descriptorPath(changed));
        // Only the texts that change are touched, so that the rest of the file stays as its author wrote it.
        let text = fs.readFileSync(file, "utf8").replace(`"version": "${from}"`, `"version": "${to}"`);
        for (const dependency of because) {
            const version = bumps.find((other) => other.name === dependency)?.to ?? "";
            text = text.replace(new RegExp(`("${dependency}"\\s*:\\s*)"[^"]*"`), `$1"^${version}"`);
        }
        fs.writeFileSync(file, text);
    }
    return bumps;
}
