/** That the files which the documentation names are where it says. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const project = path.resolve(import.meta.dirname, "../..");
const inFolder = (folder: string) =>
    readdirSync(path.join(project, folder))
        .filter((name) => name.endsWith(".md"))
        .map((name) => path.posix.join(folder, name));
const hostReadmes = readdirSync(path.join(project, "host"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `host/${entry.name}/README.md`);

test.each([...inFolder("."), ...inFolder("docs"), ...hostReadmes])("%s", (document) => {
    const text = readFileSync(path.join(project, document), "utf8");
    const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, link = ""]) =>
        path.posix.join(path.posix.dirname(document), link),
    );
    const named = [...text.matchAll(/`((?:host|tools|tests|src|docs)\/[\w./@-]+)`/g)].map(
        ([, file = ""]) => file,
    );
    const missing = [...links, ...named].filter((file) => !existsSync(path.join(project, file)));
    expect(missing).toEqual([]);
});
