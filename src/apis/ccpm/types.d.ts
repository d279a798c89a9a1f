/** The shapes of what ccpm reads, writes and hands from one part to the next. All of it is plain data. */
import type { Failure } from "../trapos/failure";

export type { Failure };

/** How a file is known to be the right one. */
export interface Fingerprint {
    /** Bytes. */
    readonly size: number;
    /** 64 hexadecimal digits in lower case. */
    readonly sha256: string;
}

/** Files by path from the computer's root, without a leading slash. */
export type Files = Record<string, Fingerprint>;

/** What a registry says of a package. */
export interface Package {
    /** As semver writes it. */
    readonly version: string;
    readonly description: string;
    /** Version ranges by the name of the package that is needed. */
    readonly dependencies: Record<string, string>;
    readonly files: Files;
    /** Those of the files that a computer starts beside its shell. */
    readonly autostart?: readonly string[];
    /** Folders that the package's programs write to, under trapos/; they go when it is uninstalled. */
    readonly data?: readonly string[];
}

/** What `packages/index.json` of a registry came to. */
export interface Offers {
    readonly packages: Record<string, Package>;
    /** Why packages that are not as they should be are left out, by name: "version 1.0 is not like 1.0.0". */
    readonly leftOut: Record<string, string>;
}

/** /trapos/ccpm.json */
export interface Configuration {
    readonly version: 1;
    /** As the player wrote them, in the order in which they are asked. */
    readonly registries: readonly string[];
}

/** What the lock says of an installed package: what its registry said when it was installed, and where it came from. */
export interface InstalledPackage {
    readonly version: string;
    readonly dependencies: Record<string, string>;
    readonly files: Files;
    readonly autostart?: readonly string[];
    readonly data?: readonly string[];
    /** As in the configuration; absent where the files came in another way. */
    readonly registry?: string;
    /** True for what nobody asked for, but another package needs. */
    readonly automatic?: boolean;
}

/** /trapos/ccpm.lock.json */
export interface Lock {
    readonly version: 1;
    readonly packages: Record<string, InstalledPackage>;
}

/** What is kept of a package that a registry offers: enough to choose it, but not to install it. */
export interface CachedPackage {
    readonly version: string;
    readonly description: string;
    readonly dependencies: Record<string, string>;
    /** Bytes of all its files. */
    readonly size: number;
}

/** What a registry offered when it was last asked. */
export interface CachedRegistry {
    /** When it was seen to offer this: milliseconds since 1970, UTC. */
    readonly updated: number;
    readonly packages: Record<string, CachedPackage>;
}

/** /trapos/ccpm.cache.json */
export interface Cache {
    readonly version: 1;
    readonly registries: Record<string, CachedRegistry>;
}

/** All that ccpm knows; absent files are empty states. */
export interface State {
    readonly configuration: Configuration;
    readonly lock: Lock;
    readonly cache: Cache;
    /** How the files that it was read from stood on the disk. */
    readonly stamp?: string;
}

/** A package of one registry, as a choice for the resolver. */
export interface Candidate extends Package {
    readonly registry: string;
}

/** A package that a resolution wants installed. */
export interface Chosen {
    readonly name: string;
    readonly package: Candidate | InstalledPackage;
    readonly automatic: boolean;
}

/** What is seen of a file from outside. */
export interface Found {
    readonly size: number;
    readonly modified: number;
}

/** One file that a transaction writes or removes. */
export interface FileChange {
    /** From the computer's root, without a leading slash. */
    readonly path: string;
    /** Whose it is, or was. */
    readonly package: string;
    /** What comes; absent where the file goes. */
    readonly to?: Fingerprint;
    /** Where it is fetched; absent where it is removed. */
    readonly registry?: string;
    /** Where the file that is there is kept: the player has changed it, or no package has brought it. */
    readonly backup?: string;
    /** What stood there when the plan was made, so that a change after that is noticed; absent for nothing. */
    readonly found?: Found;
}

/** One package that a plan changes. */
export interface PackageChange {
    readonly name: string;
    /** Absent when it is new. */
    readonly from?: string;
    /** Absent when it goes. */
    readonly to?: string;
    readonly registry?: string;
}

/** What a command would do. Nothing has been touched. */
export interface Plan {
    /** As the journal and the line after a power cut name it: "upgrade trapos-ai". */
    readonly title: string;
    readonly packages: readonly PackageChange[];
    readonly files: readonly FileChange[];
    /** Folders of data that go, under trapos/. */
    readonly data: readonly string[];
    /** Texts of ccpm's own files by path, false for those that go; empty when the state stays as it is. */
    readonly state: Record<string, string | false>;
    /** How ccpm's own files stood on the disk; when one has been written since then, the plan is not applied. */
    readonly stamp?: string;
    /** Bytes to fetch; what an interrupted run has left behind is not fetched again and not counted. */
    readonly download: number;
    /**
     * Bytes of the disk that are needed until the end, rather too many than too few, and those that are free or hold
     * what an interrupted run has left (math.huge without a limit). `apply` refuses a plan that needs more than is free.
     */
    readonly needed: number;
    readonly free: number;
    /** How many bytes less (or, negative, more) are used afterwards. */
    readonly freed: number;
    /** What a player should know: packages that are held back, files that are kept. */
    readonly notes: readonly string[];
}

/** How far an application of a plan is. */
export interface Progress {
    readonly phase: "index" | "fetch" | "apply";
    /** The registry or the file in work. */
    readonly name: string;
    /** Files. */
    readonly done: number;
    readonly total: number;
    /** Bytes. */
    readonly bytes: number;
    readonly totalBytes: number;
}

/** One thing that `verify` found. */
export interface Finding {
    readonly path: string;
    readonly problem: "missing" | "changed" | "foreign";
    /** Absent for a foreign file. */
    readonly package?: string;
}

/** What is used of CC's fs API. */
export type Disk = Pick<
    typeof fs,
    "exists" | "isDir" | "list" | "open" | "delete" | "move" | "copy" | "makeDir" | "getSize" | "attributes"
> & {
    getFreeSpace(this: void, path: string): number | "unlimited";
    getDrive(this: void, path: string): string | undefined;
};

/** What an HTTP request came to: a body, or CC's words for why there is none. */
export type Fetched = { readonly status?: number; readonly body: string; readonly reason?: string };

/** What ccpm is given of the outside; the computer's own where a field is absent. */
export interface Environment {
    readonly fs?: Disk;
    /** Fetches a URL; called by several coroutines at once. */
    readonly fetch?: (this: void, url: string) => Fetched;
    /** A registry that counts as the last one; the next change writes it down with the others. The installer's. */
    readonly registry?: string;
    /** Milliseconds since 1970, UTC. */
    readonly now?: (this: void) => number;
    readonly onProgress?: (this: void, progress: Progress) => void;
    /**
     * Told what a player must know beside the result: state that could not be read and was set aside, registries that
     * do not answer.
     */
    readonly onNote?: (this: void, note: string) => void;
}

/** What ccpm works with: an `Environment` in which the computer provides what is not given. */
export interface Tools {
    readonly disk: Disk;
    readonly fetch: (this: void, url: string) => Fetched;
    readonly now: (this: void) => number;
    readonly onProgress: (this: void, progress: Progress) => void;
    readonly onNote: (this: void, note: string) => void;
}

/** Lua's order of pcall: true and a value, or false and a failure. */
export type Result<T> = LuaMultiReturn<[true, T] | [false, Failure]>;

/** Options of installations and upgrades. */
export interface InstallOptions {
    /** Overwrite files that no package brought; they are kept as `.ccpm-old`. */
    readonly force?: boolean;
}

/** Options of upgrades. */
export interface UpgradeOptions extends InstallOptions {
    /**
     * Remove the files that are to be replaced, but for those that ccpm itself needs, where a disk has no room for old and
     * new ones. `verify` finds them missing then, and `planRepair` fetches the new ones.
     */
    readonly removeFirst?: boolean;
}

/** Options of removals. */
export interface UninstallOptions {
    /** Remove what needs the packages, too. */
    readonly cascade?: boolean;
    /** Remove packages that came as dependencies and are not needed any more. */
    readonly unused?: boolean;
}

/**
 * The package manager that `require("/apis/libccpm")()` makes. Each function returns `true, value` or
 * `false, failure` and never raises, except for `Terminated` (Ctrl+T).
 */
export interface Ccpm {
    /** What is installed, configured and known to be available. Reads the disk alone. */
    readonly state: (this: void) => Result<State>;
    /**
     * Asks every registry what it has, and writes it down. Of one that does not answer a note is told, and what it
     * had before stays. Fails when none answers, with the failure of one of them, or there is none (`no_registry`).
     */
    readonly update: (this: void) => Result<undefined>;
    /**
     * Plans an installation with all that it needs, from what the registries offer now; one that does not answer is
     * left out, with a note. What is installed stays as it is unless it does not fit.
     * @param names packages; they count as asked for from then on
     */
    readonly planInstall: (this: void, names: readonly string[], options?: InstallOptions) => Result<Plan>;
    /**
     * Plans an upgrade to what the registries offer now. Packages that are held back are in the plan's notes.
     * @param names installed packages; all where it is absent
     */
    readonly planUpgrade: (this: void, names?: readonly string[], options?: UpgradeOptions) => Result<Plan>;
    /**
     * Plans a removal. Fails when others need a package (`needed_by`), unless these go, too. Asks no registry.
     * @param names installed packages; none where only `unused` ones are to go
     */
    readonly planUninstall: (
        this: void,
        names: readonly string[],
        options?: UninstallOptions,
    ) => Result<Plan>;
    /**
     * Compares installed files with the disk, and looks for files of no package in packages' folders.
     * @param names installed packages; all where it is absent, and only then files of no package are found
     */
    readonly verify: (this: void, names?: readonly string[]) => Result<Finding[]>;
    /**
     * Plans what puts findings right: missing and changed files come again from a registry that still offers them,
     * changed files and those of no package are kept as `.ccpm-old`. What cannot be had is in the plan's notes.
     */
    readonly planRepair: (this: void, findings: readonly Finding[]) => Result<Plan>;
    /**
     * Does what a plan says, whole or not at all, whenever the power goes. Fails with nothing changed when the disk is
     * too full (`no_space`), a file cannot be had or is another than was listed, or something has changed since the
     * plan was made (`changed_meanwhile`); what was fetched is not fetched again the next time. A plan without packages
     * and files still writes what the registries newly offer.
     */
    readonly apply: (this: void, plan: Plan) => Result<undefined>;
    /**
     * Adds a registry once it has answered.
     * @param registry an http(s) URL, also of its install.lua or of GitHub's page, or `owner/repo[@branch]` of GitHub
     * @param options its position, counted from 1 (the last where it is absent); `force` adds it without an answer
     */
    readonly addRegistry: (
        this: void,
        registry: string,
        options?: { readonly position?: number; readonly force?: boolean },
    ) => Result<undefined>;
    /** Forgets a registry. What was installed from it stays. */
    readonly removeRegistry: (this: void, registry: string) => Result<undefined>;
    /** Gives a registry another position, counted from 1. */
    readonly moveRegistry: (this: void, registry: string, position: number) => Result<undefined>;
    /**
     * Finishes what a power cut has left, and sets state aside that cannot be read. The value says what was done, a
     * line each.
     */
    readonly recover: (this: void) => Result<string[]>;
}
