/** What the browser gets: files of the folder `page`, and the libraries as they come from npm. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { folderWith } from "../folder-with.ts";

/** A file as it is served. */
export interface PageFile {
    readonly type: string;
    readonly content: Buffer;
    /** The same by gzip, for whoever takes that: the page may be looked at from far away, through a tunnel. */
    readonly zipped: Buffer;
}

/** What the browser gets. */
export interface PageFiles {
    /** By their paths, as "/page/main.js". */
    readonly files: ReadonlyMap<string, PageFile>;
    /** What the browser is to keep to: scripts of ours alone, and nothing of anybody else's. */
    readonly policy: string;
}

const types: Readonly<Record<string, string>> = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
};

/** Where the libraries are: a browser needs the modules, which lie beside what `require` finds. */
function libraries(): readonly (readonly [path: string, file: string])[] {
    const { resolve } = createRequire(import.meta.url);
    return [
        ["/page/lib/preact.mjs", resolve("preact")],
        ["/page/lib/hooks.mjs", resolve("preact/hooks")],
        ["/page/lib/htm.mjs", join(dirname(resolve("htm")), "htm.mjs")],
    ];
}

/** The hash of the one script that stands in the page itself, its import map, for the policy. */
function importMapHash(html: string): string {
    const text = /<script type="importmap">([^]*?)<\/script>/.exec(html)?.[1];
    if (text === undefined) throw new Error("page/index.html has no import map");
    return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** Reads all of it, once. @param folder where the page's files are; its own when absent */
export function readPageFiles(folder = join(folderWith(join("page", "index.html")), "page")): PageFiles {
    const files = new Map<string, PageFile>();
    const add = (path: string, file: string): void => {
        const type = types[extname(file)];
        if (type === undefined) return;
        const content = readFileSync(file);
        files.set(path, { type, content, zipped: gzipSync(content, { level: 9 }) });
    };
    for (const name of readdirSync(folder)) add(`/page/${name}`, join(folder, name));
    for (const [path, file] of libraries()) add(path, file);
    const index = files.get("/page/index.html");
    if (index === undefined) throw new Error(`${folder} has no index.html: install the bridge again.`);
    files.delete("/page/index.html");
    for (const path of ["/", "/login"]) files.set(path, index);
    const policy = [
        "default-src 'none'",
        `script-src 'self' ${importMapHash(index.content.toString("utf8"))}`,
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ].join("; ");
    return { files, policy };
}
