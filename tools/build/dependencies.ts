import semver from "semver";
import { descriptorPath, type Descriptor } from "./packages.ts";

/**
 * Finds versions and dependencies that do not fit together.
 *
 * @param descriptors every package
 * @returns one line a problem
 */
export function dependencyProblems(descriptors: readonly Descriptor[]): string[] {
    const versions = new Map(descriptors.map(({ name, version }) => [name, version]));
    const problems: string[] = [];
    for (const { name, version, dependencies } of descriptors) {
        const file = descriptorPath(name);
        if (semver.valid(version) !== version) {
            problems.push(`${file}: version "${version}" must be three numbers, such as 1.4.0`);
        }
        for (const [dependency, range] of Object.entries(dependencies)) {
            const available = versions.get(dependency);
            if (semver.validRange(range) === null) {
                problems.push(
                    `${file}: "${range}" is no version range for ${dependency}, write one such as ^1.4.0`,
                );
            } else if (available === undefined) {
                problems.push(`${file}: depends on ${dependency}, which is no package here`);
            } else if (semver.valid(available) !== null && !semver.satisfies(available, range)) {
                problems.push(
                    `${file}: wants ${dependency} ${range}, but it is ${available}; change the range`,
                );
            }
        }
    }
    const cycle = findCycle(descriptors);
    if (cycle !== undefined)
        problems.push(`packages depend on each other in a circle: ${cycle.join(" -> ")}`);
    return problems;
}

function findCycle(descriptors: readonly Descriptor[]): string[] | undefined {
    const dependencies = new Map(descriptors.map((one) => [one.name, Object.keys(one.dependencies)]));
    const done = new Set<string>();
    const visit = (name: string, way: readonly string[]): string[] | undefined => {
        if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
        if (done.has(name)) return undefined;
        for (const dependency of dependencies.get(name) ?? []) {
            const cycle = visit(dependency, [...way, name]);
            if (cycle !== undefined) return cycle;
        }
        done.add(name);
        return undefined;
    };
    for (const { name } of descriptors) {
        const cycle = visit(name, []);
        if (cycle !== undefined) return cycle;
    }
    return undefined;
}
