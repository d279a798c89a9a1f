/// <reference types="@jackmacwindows/craftos-types" />
/// <reference types="@typescript-to-lua/language-extensions" />
/** @noSelfInFile */

/**
 * Makes a package manager. It keeps nothing in memory: the state is read anew by each call.
 * @param environment stand-ins for what the computer provides, and who is told of progress and notes
 * @returns its functions
 */
declare function createCcpm(this: void, environment?: createCcpm.Environment): createCcpm.Ccpm;

declare namespace createCcpm {
    /** /trapos/ccpm.cache.json */
    interface Cache {
        readonly version: 1;
        readonly registries: Record<string, CachedRegistry>;
    }

    /** What is kept of a package that a registry offers: enough to choose it, but not to install it. */
    interface CachedPackage {
        readonly version: string;
        readonly description: string;
        readonly dependencies: Record<string, string>;
        /** Bytes of all its files. */
        readonly size: number;
    }

    /** What a registry offered when it was last asked. */
    interface CachedRegistry {
        /** When it was seen to offer this: milliseconds since 1970, UTC. */
        readonly updated: number;
        readonly packages: Record<string, CachedPackage>;
    }

    /**
     * The package manager that `require("/apis/libccpm")()` makes. Each function returns `true, value` or
     * `false, failure` and never raises, except for `Terminated` (Ctrl+T).
     */
    interface Ccpm {
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
        readonly planInstall: (
            this: void,
            names: readonly string[],
            options?: InstallOptions,
        ) => Result<Plan>;
        /**
         * Plans an upgrade to what the registries offer now. Packages that are held back are in the plan's notes.
         * @param names installed packages; all where it is absent
         */
        readonly planUpgrade: (
            this: void,
            names?: readonly string[],
            options?: UpgradeOptions,
        ) => Result<Plan>;
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

    /** /trapos/ccpm.json */
    interface Configuration {
        readonly version: 1;
        /** As the player wrote them, in the order in which they are asked. */
        readonly registries: readonly string[];
    }

    /** What is used of CC's fs API. */
    type Disk = Pick<
        typeof fs,
        | "exists"
        | "isDir"
        | "list"
        | "open"
        | "delete"
        | "move"
        | "copy"
        | "makeDir"
        | "getSize"
        | "attributes"
    > & {
        getFreeSpace(this: void, path: string): number | "unlimited";
        getDrive(this: void, path: string): string | undefined;
    };

    /** What ccpm is given of the outside; the computer's own where a field is absent. */
    interface Environment {
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

    /** What a failed call returns beside `false`. `tostring(failure)` gives the message, and the hint below it. */
    interface Failure {
        /** Which entry of the package's table this is; programs compare this and never the words. */
        readonly code: string;
        /** What happened, for a person, in one or two lines of a 51 column screen. */
        readonly message: string;
        /** What to do next; where something is to be written, in rows as they are to be written. */
        readonly hint: string;
        /** What there was of the result before the call failed, where there is any. */
        readonly text?: string;
    }

    /** What an HTTP request came to: a body, or CC's words for why there is none. */
    type Fetched = { readonly status?: number; readonly body: string; readonly reason?: string };

    /** One file that a transaction writes or removes. */
    interface FileChange {
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

    /** Files by path from the computer's root, without a leading slash. */
    type Files = Record<string, Fingerprint>;

    /** One thing that `verify` found. */
    interface Finding {
        readonly path: string;
        readonly problem: "missing" | "changed" | "foreign";
        /** Absent for a foreign file. */
        readonly package?: string;
    }

    /** How a file is known to be the right one. */
    interface Fingerprint {
        /** Bytes. */
        readonly size: number;
        /** 64 hexadecimal digits in lower case. */
        readonly sha256: string;
    }

    /** What is seen of a file from outside. */
    interface Found {
        readonly size: number;
        readonly modified: number;
    }

    /** Options of installations and upgrades. */
    interface InstallOptions {
        /** Overwrite files that no package brought; they are kept as `.ccpm-old`. */
        readonly force?: boolean;
    }

    /** What the lock says of an installed package: what its registry said when it was installed, and where it came from. */
    interface InstalledPackage {
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
    interface Lock {
        readonly version: 1;
        readonly packages: Record<string, InstalledPackage>;
    }

    /** One package that a plan changes. */
    interface PackageChange {
        readonly name: string;
        /** Absent when it is new. */
        readonly from?: string;
        /** Absent when it goes. */
        readonly to?: string;
        readonly registry?: string;
    }

    /** What a command would do. Nothing has been touched. */
    interface Plan {
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
    interface Progress {
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

    /** Lua's order of pcall: true and a value, or false and a failure. */
    type Result<T> = LuaMultiReturn<[true, T] | [false, Failure]>;

    /** All that ccpm knows; absent files are empty states. */
    interface State {
        readonly configuration: Configuration;
        readonly lock: Lock;
        readonly cache: Cache;
        /** How the files that it was read from stood on the disk. */
        readonly stamp?: string;
    }

    /** Options of removals. */
    interface UninstallOptions {
        /** Remove what needs the packages, too. */
        readonly cascade?: boolean;
        /** Remove packages that came as dependencies and are not needed any more. */
        readonly unused?: boolean;
    }

    /** Options of upgrades. */
    interface UpgradeOptions extends InstallOptions {
        /**
         * Remove the files that are to be replaced, but for those that ccpm itself needs, where a disk has no room for old and
         * new ones. `verify` finds them missing then, and `planRepair` fetches the new ones.
         */
        readonly removeFirst?: boolean;
    }
}

export = createCcpm;
