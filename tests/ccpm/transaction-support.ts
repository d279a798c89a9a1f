import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { boot, type Computer, type ComputerOptions } from "craftos-headless";

/** Files of a disk: their content by path, one character a byte; folders have a path that ends with a slash. */
export type Disk = Readonly<Record<string, string>>;

const REPOSITORY = join(import.meta.dirname, "../..");

/** A file of this repository, as a registry serves it. */
export function ours(path: string): string {
    return readFileSync(join(REPOSITORY, path), "latin1");
}

const core = JSON.parse(ours("packages/trapos-core/ccpm.json")) as { files: string[] };

/** What a transaction requires. */
export const modules: Disk = Object.fromEntries(
    core.files
        .concat(["failure", "finish", "sha256", "transaction"].map((name) => `apis/ccpm/${name}.lua`))
        .map((path) => [path, ours(path)]),
);

export function sha256(content: string): string {
    return createHash("sha256").update(content, "latin1").digest("hex");
}

/** One file of a plan: what comes, or nothing where it goes, and where the file that is there is kept. */
export interface Change {
    readonly path: string;
    readonly content?: string;
    readonly backup?: string;
}

export interface Plan {
    readonly title: string;
    readonly changes: readonly Change[];
    readonly data?: readonly string[];
    /** ccpm's own files; false for those that go. */
    readonly state: Readonly<Record<string, string | false>>;
}

/** The disk after a plan. */
export function planned(before: Disk, plan: Plan): Disk {
    const files = new Map(Object.entries(before).filter(([path]) => !path.endsWith("/")));
    for (const { path, content, backup } of plan.changes) {
        if (backup !== undefined) files.set(backup, files.get(path)!);
        files.delete(path);
        if (content !== undefined) files.set(path, content);
    }
    for (const path of files.keys()) {
        if (plan.data?.some((folder) => path.startsWith(`${folder}/`))) files.delete(path);
    }
    for (const [path, text] of Object.entries(plan.state)) {
        if (text === false) files.delete(path);
        else files.set(path, text);
    }
    return Object.fromEntries([...files].sort());
}

/** What is on a disk, folders with nothing in them too. */
export function contents(disk: string, prefix = ""): Disk {
    const files: Record<string, string> = {};
    for (const entry of readdirSync(join(disk, prefix), { withFileTypes: true })) {
        const path = `${prefix}${entry.name}`;
        if (!entry.isDirectory()) {
            files[path] = readFileSync(join(disk, path), "latin1");
            continue;
        }
        const inside = contents(disk, `${path}/`);
        if (Object.keys(inside).length === 0) files[`${path}/`] = "";
        Object.assign(files, inside);
    }
    return Object.fromEntries(Object.entries(files).sort());
}

/**
 * Begins every program here: `plan`, as the host wrote it down; `changes()`, which looks at what stands on the disk now
 * as a plan does; `content(fingerprint)`; `transactions` and its `open`; `stageAll(transaction, files)`.
 */
const prelude = `
local function findModules(folder)
    local found = fs.find(folder .. "/*.lua")
    for _, path in ipairs(fs.find(folder .. "/*/*.lua")) do found[#found + 1] = path end
    return found
end
-- Of a computer that has nothing of ours, as in a bundle.
for _, path in ipairs(findModules("/test/apis")) do
    package.preload[path:match("^test(.*)%.lua$")] = function(name)
        return loadfile("/" .. path, nil, _ENV)(name)
    end
end
local function readAll(path)
    local file = fs.open(path, "rb") local text = file.readAll() file.close() return text
end
local plan = textutils.unserializeJSON(readAll("/test/plan.json"), { parse_empty_array = false })
local function content(fingerprint) return readAll("/test/" .. fingerprint.sha256) end
local function changes()
    for _, file in ipairs(plan.files) do
        file.package = "test"
        if fs.exists(file.path) then
            local now = fs.attributes(file.path)
            file.found = { size = now.size, modified = now.modified }
        end
    end
    return plan.files
end
local transactions = require("/apis/ccpm/transaction")
local function open(...) return pcall(transactions.open, ...) end
local function stageAll(transaction, files)
    for _, file in ipairs(files) do
        if file.to and not transactions.has(transaction, file.to) then
            local ok, failure = pcall(transactions.stage, transaction, file.to, content(file.to))
            if not ok then return ok, failure end
        end
    end
    return true
end
`;

/** Performs the plan as ccpm does: opens, stages, commits, and keeps what it has when something fails. */
export const performPlan = `
local files = changes()
local ok, transaction = open(fs, files)
local failure = transaction
if ok then
    ok, failure = stageAll(transaction, files)
    if ok then ok, failure = pcall(transactions.commit, transaction, plan, plan.state) end
    if not ok then transactions.keep(transaction) end
end
print(ok and "performed" or tostring(failure))
`;

/** What makes up a boot where a program may be run: the last startup file, which switches the computer off. */
export const lastStartupFile = `
if fs.exists("/test/program.lua") then shell.run("/test/program.lua") end
print("booted")
os.shutdown()
`;

/** How long a boot may take on a busy machine. */
const SECONDS = 30;

/** Disks and computers for one test file. */
export class Bench {
    private readonly folder = mkdtempSync(join(tmpdir(), "ccpm-test-"));
    private made = 0;

    private newFolder(): string {
        const folder = join(this.folder, String(++this.made));
        mkdirSync(folder);
        return folder;
    }

    /** A new disk with these files. */
    disk(files: Disk): string {
        const disk = this.newFolder();
        for (const [path, content] of Object.entries(files)) {
            if (path.endsWith("/")) {
                mkdirSync(join(disk, path), { recursive: true });
                continue;
            }
            mkdirSync(dirname(join(disk, path)), { recursive: true });
            writeFileSync(join(disk, path), content, "latin1");
        }
        return disk;
    }

    /** A copy of a disk. */
    copy(disk: string): string {
        const copy = this.newFolder();
        this.fill(copy, disk);
        return copy;
    }

    /** Puts the files of another disk on an empty one. */
    fill(disk: string, from: string): void {
        cpSync(from, disk, { recursive: true, preserveTimestamps: true });
    }

    /** A disk that is not needed any more. */
    drop(disk: string): void {
        rmSync(disk, { recursive: true });
    }

    /**
     * A folder, to be mounted as /test, with a plan and a program that runs at its boot.
     * @param beside modules that are not on the disk
     */
    program(plan: Plan, program: string, beside: Disk = {}): string {
        const folder = this.disk(beside);
        const files = plan.changes.map(({ path, content, backup }) => {
            if (content === undefined) return { path, backup };
            const to = { size: content.length, sha256: sha256(content) };
            writeFileSync(join(folder, to.sha256), content, "latin1");
            return { path, backup, to };
        });
        const { title, data = [], state } = plan;
        writeFileSync(join(folder, "plan.json"), JSON.stringify({ title, files, data, state }), "latin1");
        writeFileSync(join(folder, "program.lua"), prelude + program, "latin1");
        return folder;
    }

    /**
     * Boots a computer from a disk and waits for its end.
     * @param program a folder of `program`, which is then run
     * @returns what it showed without CraftOS's greeting, by lines, and how often it changed the disk
     */
    async run(
        disk: string,
        program?: string,
        options: Partial<ComputerOptions> = {},
    ): Promise<{ lines: string[]; reason: string; operations: number }> {
        const mounts = program === undefined ? [] : [{ name: "test", folder: program }];
        // Wide, so that no line is wrapped; a fixed seed, so that each run does the same.
        const computer = await boot({ disk, mounts, width: 120, randomSeed: 1, ...options });
        try {
            const { reason, message } = await ended(computer);
            if (reason === "failed") throw new Error(message);
            const lines = computer.transcript().trimEnd().split("\n").slice(1);
            return { lines, reason, operations: computer.fileOperations() };
        } finally {
            await computer.close();
        }
    }

    /** Boots a computer from a disk up to the shell's prompt. */
    async runToPrompt(disk: string): Promise<string[]> {
        const computer = await boot({ disk, width: 120, randomSeed: 1 });
        try {
            await computer.waitForText(/^>$/m, { timeoutSeconds: SECONDS });
            return computer.transcript().trimEnd().split("\n").slice(1, -1);
        } finally {
            await computer.close();
        }
    }

    close(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }
}

/** How a computer ended; one that does not is an error that shows its screen. */
async function ended(computer: Computer): Promise<{ reason: string; message?: string }> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
            () => reject(new Error(`It still runs:\n${computer.screen().join("\n")}`)),
            SECONDS * 1000,
        );
    });
    try {
        return await Promise.race([computer.exit, late]);
    } finally {
        clearTimeout(timer);
    }
}
