import semver from "semver";
import { descriptorPath, type Descriptor } from "./packages.ts";

/**
 * Finds dependencies that do not fit together.
 *
 * @param descriptors every package
 * @returns one line a problem
 */
export function dependencyProblems(descriptors: readonly Descriptor[]): string[] {
    const versions = new Map(descriptors.map(({ name, version }) => [name, version]));
    const problems: string[] = [];
    for (const { name, dependencies } of descriptors) {
        const file = descriptorPath(name);
        for (const [dependency, range] of Object.entries(dependencies)) {
            const available = versions.get(dependency);
            if (available === undefined) {
                problems.push(`${file}: depends on ${dependency}, which is no package here`);
            } else if (!semver.satisfies(available, range)) {
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
