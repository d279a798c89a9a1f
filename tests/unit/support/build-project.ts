import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import type { Descriptor } from "../../../tools/build/packages.ts";

const REPOSITORY = path.resolve(import.meta.dirname, "../../..");

/** A small project of its own, in a folder that is gone when the test ends. */
export interface Project {
    readonly root: string;
    /** Writes files, by their path from the root. */
    write(files: Readonly<Record<string, string>>): void;
    read(file: string): string;
    exists(file: string): boolean;
    /** Writes a package's descriptor; what is not given is as in a new package. */
    describe(name: string, fields?: Partial<Descriptor>): void;
    git(...options: string[]): string;
    /** Commits everything. */
    commit(): void;
}

/** Makes a project with the compiler's settings of this one and the given files. */
export function newProject(files: Readonly<Record<string, string>> = {}): Project {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), "build-test-"));
    onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }));
    fs.symlinkSync(path.join(REPOSITORY, "node_modules"), path.join(root, "node_modules"), "junction");
    fs.mkdirSync(path.join(root, "src"));
    for (const file of ["src/tsconfig.json", ".prettierrc.json", ".editorconfig"]) {
        fs.copyFileSync(path.join(REPOSITORY, file), path.join(root, file));
    }
    const project: Project = {
        root,
        write: (written) => {
            for (const [file, content] of Object.entries(written)) {
                const target = path.join(root, file);
                fs.mkdirSync(path.dirname(target), { recursive: true });
                fs.writeFileSync(target, content);
            }
        },
        read: (file) => fs.readFileSync(path.join(root, file), "utf8"),
        exists: (file) => fs.existsSync(path.join(root, file)),
        describe: (name, fields = {}) => {
            const descriptor = { name, version: "0.1.0", description: name, dependencies: {}, files: [] };
            const content = JSON.stringify({ ...descriptor, ...fields }, undefined, 4);
            project.write({ [`packages/${name}/ccpm.json`]: content });
        },
        git: (...options) => {
            const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
            return execFileSync("git", [...identity, ...options], {
                cwd: root,
                encoding: "utf8",
                stdio: ["ignore", "pipe", "pipe"],
            });
        },
        commit: () => {
            if (!project.exists(".git")) {
                project.git("init", "--quiet", "--initial-branch=main");
                project.write({ ".gitignore": "node_modules\n.cache/\n" });
            }
            project.git("add", "--all");
            project.git("commit", "--quiet", "--allow-empty", "--message=change");
        },
    };
    project.write(files);
    return project;
}
