/** What has changed of what the page shows, for all who look. */
import { type Section, type SectionName, sectionNames } from "./sections.ts";

/** How often is told at most, in milliseconds. */
const PACE_MILLISECONDS = 200;

/** How often is looked at what tells nobody of its changes, and at what is many, and how often that is. */
const LOOK_MILLISECONDS = 1000;
const SLOW_LOOK_MILLISECONDS = 5000;
const SLOW: readonly SectionName[] = ["computers", "owners", "jobs"];

/** What has changed of a section: entries that are new or others, in order, and names of those that are gone. */
export interface Change {
    readonly set: readonly (readonly [name: string, entry: unknown])[];
    readonly gone: readonly string[];
}

/** What has changed, by section. */
export type Changes = Partial<Record<SectionName, Change>>;

/** A text of JSON by the name of its entry. */
type Written = ReadonlyMap<string, string>;

function written(section: Section): Written {
    return new Map([...section].map(([name, entry]) => [name, JSON.stringify(entry)]));
}

/** What has changed from one to the other, as JSON; nothing where nothing has. */
function changeOf(before: Written, after: Written): string | undefined {
    const set = [...after].filter(([name, text]) => before.get(name) !== text);
    const gone = [...before.keys()].filter((name) => !after.has(name));
    if (set.length === 0 && gone.length === 0) return undefined;
    const entries = set.map(([name, text]) => `[${JSON.stringify(name)},${text}]`);
    return `{"set":[${entries.join(",")}],"gone":${JSON.stringify(gone)}}`;
}

const none: Written = new Map();

/** Tells those who look. */
export interface Feed {
    /** All that there is now, as JSON of `Changes`. */
    whole(): string;
    /**
     * Tells somebody of each change from now on, as JSON of `Changes`.
     * @returns all that there is now, as `whole`; and what ends it
     */
    join(told: (changes: string) => void): { readonly whole: string; readonly leave: () => void };
    /** Something may have changed. */
    look(...names: SectionName[]): void;
    stop(): void;
}

/**
 * Makes a feed. Where nobody looks it does nothing.
 * @param sections read what there is now
 */
export function createFeed(sections: Readonly<Record<SectionName, () => Section>>): Feed {
    const known = new Map<SectionName, Written>();
    const members = new Set<(changes: string) => void>();
    /** What is to be looked at. */
    const due = new Set<SectionName>();
    let pace: NodeJS.Timeout | undefined;
    let timers: NodeJS.Timeout[] = [];

    /** Looks at what is due, and tells all who look of what has changed. */
    function tell(): void {
        const parts: string[] = [];
        for (const name of sectionNames) {
            if (!due.delete(name)) continue;
            const now = written(sections[name]());
            const change = changeOf(known.get(name) ?? none, now);
            known.set(name, now);
            if (change !== undefined) parts.push(`"${name}":${change}`);
        }
        if (parts.length === 0) return;
        const changes = `{${parts.join(",")}}`;
        for (const told of [...members]) told(changes);
    }

    function look(...names: SectionName[]): void {
        for (const name of names) due.add(name);
        if (members.size === 0 || pace !== undefined) return;
        pace = setTimeout(() => {
            pace = undefined;
            tell();
        }, PACE_MILLISECONDS);
    }

    function rest(): void {
        clearTimeout(pace);
        pace = undefined;
        for (const timer of timers) clearInterval(timer);
        timers = [];
    }

    function whole(): string {
        const parts = sectionNames.map(
            (name) => `"${name}":${changeOf(none, written(sections[name]())) ?? '{"set":[],"gone":[]}'}`,
        );
        return `{${parts.join(",")}}`;
    }

    return {
        whole,
        join(told) {
            if (members.size === 0) {
                known.clear();
                const quick = sectionNames.filter((name) => !SLOW.includes(name));
                timers = [
                    setInterval(() => look(...quick), LOOK_MILLISECONDS),
                    setInterval(() => look(...SLOW), SLOW_LOOK_MILLISECONDS),
                ];
            }
            // The others are told of what has changed until now: what comes next is the same for all.
            for (const name of sectionNames) due.add(name);
            tell();
            members.add(told);
            const parts = sectionNames.map(
                (name) => `"${name}":${changeOf(none, known.get(name) ?? none) ?? '{"set":[],"gone":[]}'}`,
            );
            return {
                whole: `{${parts.join(",")}}`,
                leave() {
                    members.delete(told);
                    if (members.size === 0) rest();
                },
            };
        },
        look,
        stop() {
            members.clear();
            rest();
        },
    };
}
