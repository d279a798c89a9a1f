/**
 * Every state in which power cuts can leave a disk, however many come one after the other.
 *
 * A boot is watched: before each of its file operations the disk is as a cut at that moment leaves it, and what a cut
 * in the middle of the operation leaves follows from that. Each state that was not seen before is booted in its turn,
 * and watched. What comes of a state is always the same, so that there is an end to it, and then nothing is left out.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import type { FileOperation } from "craftos-headless";

/** What is on a disk. */
export interface DiskState {
    /** Contents by path, one character a byte. */
    readonly files: Readonly<Record<string, string>>;
    /** When files were written, in milliseconds since 1970. */
    readonly modified: Readonly<Record<string, number>>;
    readonly folders: readonly string[];
}

/** A moment at which the power may go. */
export interface Moment {
    /** As "during 7: delete startup". */
    readonly where: string;
    readonly state: DiskState;
}

/** Contents that were read before, by what tells a file from all others: reading takes longer than all else here. */
const known = new Map<string, string>();

function contentOf(path: string): { content: string; modified: number } {
    const { ino, ctimeMs, mtimeMs, size } = statSync(path);
    const key = `${ino} ${ctimeMs} ${mtimeMs} ${size}`;
    const content = known.get(key) ?? readFileSync(path, "latin1");
    known.set(key, content);
    return { content, modified: Math.floor(mtimeMs) };
}

export function readDisk(disk: string): DiskState {
    const files: Record<string, string> = {};
    const modified: Record<string, number> = {};
    const folders: string[] = [];
    const visit = (folder: string): void => {
        for (const entry of readdirSync(join(disk, folder), { withFileTypes: true })) {
            const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
            if (entry.isDirectory()) {
                folders.push(path);
                visit(path);
            } else {
                const found = contentOf(join(disk, path));
                files[path] = found.content;
                modified[path] = found.modified;
            }
        }
    };
    visit("");
    return { files, modified, folders };
}

/** Writes a state to an empty folder. */
export function writeDisk(disk: string, { files, modified, folders }: DiskState): void {
    for (const folder of folders) mkdirSync(join(disk, folder), { recursive: true });
    for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(disk, path)), { recursive: true });
        writeFileSync(join(disk, path), content, "latin1");
        // In the middle of the millisecond, as the host counts in seconds with a fraction.
        const seconds = ((modified[path] ?? Date.now()) + 0.5) / 1000;
        utimesSync(join(disk, path), seconds, seconds);
    }
}

/** The files of a state, and its empty folders with a slash behind them. */
export function contentsOf({ files, folders }: DiskState): Record<string, string> {
    const used = new Set([...Object.keys(files), ...folders].map((path) => posix.dirname(path)));
    const empty = folders.filter((folder) => !used.has(folder)).map((folder) => [`${folder}/`, ""] as const);
    return Object.fromEntries(
        [...Object.entries(files), ...empty].sort(([one], [other]) => (one < other ? -1 : 1)),
    );
}

/** A number for each content, so that states can be compared by short texts. */
const numbers = new Map<string, number>();

function keyOf(state: DiskState): string {
    const parts = Object.entries(contentsOf(state)).map(([path, content]) => {
        const number = numbers.get(content) ?? numbers.size;
        numbers.set(content, number);
        return `${path} ${number}`;
    });
    return parts.join("\n");
}

/** The folders above a path, the outermost first. */
function foldersAbove(path: string): string[] {
    const folder = posix.dirname(path);
    return folder === "." ? [] : [...foldersAbove(folder), folder];
}

function without(state: DiskState, gone: (path: string) => boolean): DiskState {
    const files = Object.fromEntries(Object.entries(state.files).filter(([path]) => !gone(path)));
    return { ...state, files, folders: state.folders.filter((path) => !gone(path)) };
}

function withFile(state: DiskState, path: string, content: string): DiskState {
    const folders = [...new Set([...state.folders, ...foldersAbove(path)])];
    return { ...state, files: { ...state.files, [path]: content }, folders };
}

/** The states with one more of the folders above a path each time, without the last. */
function withFoldersAbove(state: DiskState, path: string): DiskState[] {
    const missing = foldersAbove(path).filter((folder) => !state.folders.includes(folder));
    return missing.map((_, index) => ({
        ...state,
        folders: [...state.folders, ...missing.slice(0, index + 1)],
    }));
}

/** What is left of a folder in the middle of its deletion: some of its files, or nothing but folders. */
function halfDeleted(state: DiskState, folder: string): DiskState[] {
    if (!state.folders.includes(folder)) return [];
    const inside = Object.keys(state.files).filter((path) => path.startsWith(`${folder}/`));
    const counts = new Set([1, Math.ceil(inside.length / 2), inside.length]);
    const states = [...counts].map((count) => {
        const gone = inside.slice(0, count);
        return without(state, (path) => gone.includes(path));
    });
    return [...states, without(state, (path) => path.startsWith(`${folder}/`))];
}

/** What a cut in the middle of an operation leaves. Writing is seen to where files are open. */
function halfDone(state: DiskState, { name, path: given, to = "" }: FileOperation): DiskState[] {
    const [path, target] = [
        posix.normalize(given).replace(/^\//, ""),
        posix.normalize(to).replace(/^\//, ""),
    ];
    switch (name) {
        case "open":
        case "makeDir":
            return withFoldersAbove(state, path);
        case "delete":
            return halfDeleted(state, path);
        case "move":
            return withFoldersAbove(state, target);
        case "copy": {
            const content = state.files[path];
            if (content === undefined || state.files[target] !== undefined) return [];
            const parts = [0, content.length >> 1].map((length) => content.slice(0, length));
            return [
                ...withFoldersAbove(state, target),
                ...parts.map((part) => withFile(state, target, part)),
            ];
        }
        default:
            return [];
    }
}

/** What a cut leaves of files that are open: all of what is not flushed, a part, or nothing. */
function withUnflushed(state: DiskState, flushed: ReadonlyMap<string, number>): DiskState[] {
    let states = [state];
    for (const [path, length] of flushed) {
        const content = state.files[path] ?? "";
        const rest = content.length - length;
        const lengths = new Set([0, rest >> 2, rest >> 1, rest].map((part) => length + part));
        states = states.flatMap((one) =>
            [...lengths].map((end) => withFile(one, path, content.slice(0, end))),
        );
    }
    return states;
}

/** Looks at a disk before each operation of a computer; `operation` is for its `faults.powerCut`. */
export class Witness {
    readonly moments: Moment[] = [];
    private readonly disk: string;
    /** How long the files that are open were at their last flush. */
    private readonly flushed = new Map<string, number>();

    constructor(disk: string) {
        this.disk = disk;
    }

    readonly operation = (operation: FileOperation): false => {
        const { number, name, path, to = "" } = operation;
        const state = readDisk(this.disk);
        const what = `${number}: ${name} ${path} ${to}`.trimEnd();
        this.note(`before ${what}`, state);
        for (const half of halfDone(state, operation)) this.note(`during ${what}`, half);
        const clean = posix.normalize(path).replace(/^\//, "");
        if (name === "close") this.flushed.delete(clean);
        if (name === "open") this.flushed.set(clean, 0);
        if (name === "flush") this.flushed.set(clean, state.files[clean]?.length ?? 0);
        return false;
    };

    /** The power goes after the last operation, too. */
    end(): DiskState {
        const state = readDisk(this.disk);
        this.note("after the last", state);
        return state;
    }

    private note(where: string, state: DiskState): void {
        for (const one of withUnflushed(state, this.flushed)) this.moments.push({ where, state: one });
    }
}

/** A state that power cuts lead to, and what comes of it at a start that nothing disturbs. */
export interface Outcome<Said> {
    /** The cuts that lead there, one for each start. */
    readonly trail: readonly string[];
    readonly state: DiskState;
    readonly after: DiskState;
    /** What the start gave. */
    readonly said: Said;
}

/** A start of a computer that is watched up to its end. */
export type Start<Said> = (disk: string, watch: (operation: FileOperation) => false) => Promise<Said>;

/**
 * Follows what cuts can lead to.
 * @param disks makes and removes folders
 * @param disk the disk on which the change is made
 * @param change makes it
 * @param start starts the computer after a cut
 * @param isFollowed asked for each state that cuts leave
 */
export async function everyOutcome<Said>(
    disks: { disk(files: object): string; drop(disk: string): void },
    disk: string,
    change: Start<unknown>,
    start: Start<Said>,
    isFollowed: () => boolean = () => true,
): Promise<Outcome<Said>[]> {
    const seen = new Set<string>();
    const waiting: { trail: string[]; state: DiskState }[] = [];
    const add = (moments: readonly Moment[], trail: readonly string[]): void => {
        for (const { where, state } of moments) {
            const key = keyOf(state);
            if (seen.has(key)) continue;
            seen.add(key);
            if (isFollowed()) waiting.push({ trail: [...trail, where], state });
        }
    };
    const watched = new Witness(disk);
    await change(disk, watched.operation);
    watched.end();
    add(watched.moments, []);
    const outcomes: Outcome<Said>[] = [];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { trail, state } = next;
        const folder = disks.disk({});
        writeDisk(folder, state);
        const witness = new Witness(folder);
        const said = await start(folder, witness.operation);
        outcomes.push({ trail, state, after: witness.end(), said });
        add(witness.moments, trail);
        disks.drop(folder);
    }
    return outcomes;
}
