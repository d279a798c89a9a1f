/** What a registry is: where its files lie in a tree, and what its index says. */

/** Where a tree keeps the index of its packages. */
export const INDEX = "packages/index.json";

/** The operating system's name and version, where a tree has one. */
export const MANIFEST = "manifest.json";

/** What a computer runs that has none of a tree's files yet: `wget run <registry>/install.lua`. */
export const INSTALLER = "install.lua";

/** How a file is known to be the right one. */
export interface FileFingerprint {
    /** Bytes. */
    readonly size: number;
    /** In hexadecimal digits. */
    readonly sha256: string;
}

/** What an installer needs to know of a package. */
export interface IndexedPackage {
    readonly version: string;
    readonly description: string;
    readonly dependencies: Readonly<Record<string, string>>;
    readonly files: Readonly<Record<string, FileFingerprint>>;
    readonly autostart?: readonly string[];
    readonly data?: readonly string[];
}

/** The index: all that an installer needs, in one request. */
export interface Index {
    /** Of this file's format. */
    readonly version: 1;
    readonly packages: Readonly<Record<string, IndexedPackage>>;
}
