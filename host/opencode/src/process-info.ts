/** What the machine knows of processes that are not children of this one. */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** What tells a process from a later one that got its id. */
export interface ProcessIdentity {
    readonly pid: number;
    /** When it began, in words of this machine: compared, never read. */
    readonly began: string;
    /** Its command line. */
    readonly command: string;
}

/** "pid (name) state ppid ...", and the name may hold spaces and brackets. @returns the fields from the state on */
async function statFields(pid: number): Promise<string[]> {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Field 22 of /proc/<pid>/stat is the start in ticks since boot (proc_pid_stat(5)); ids of boots never repeat. */
async function identityOnLinux(pid: number): Promise<ProcessIdentity | undefined> {
    const [fields, boot, command] = await Promise.all([
        statFields(pid),
        readFile("/proc/sys/kernel/random/boot_id", "utf8"),
        readFile(`/proc/${pid}/cmdline`, "utf8"),
    ]);
    // One that has ended stays listed until its parent has looked.
    if (fields[0] === "Z") return undefined;
    return {
        pid,
        began: `${boot.trim()} ${fields[19] ?? ""}`,
        command: command.split("\0").join(" ").trim(),
    };
}

const onWindows = (pid: number): string =>
    `$p = Get-CimInstance Win32_Process -Filter "ProcessId=${pid}"; ` +
    "if ($p) { $p.CreationDate.ToFileTimeUtc(); $p.CommandLine }";

/**
 * Looks at a process.
 * @returns undefined where none of that id runs, or where it cannot be told
 */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
    try {
        if (process.platform === "linux") return await identityOnLinux(pid);
        if (process.platform === "win32") {
            const shown = await execute("powershell", ["-NoProfile", "-Command", onWindows(pid)]);
            const [began = "", command = ""] = shown.stdout.trim().split(/\r?\n/);
            return began === "" ? undefined : { pid, began, command };
        }
        const shown = await execute("ps", ["-ww", "-o", "lstart=,command=", "-p", String(pid)], {
            env: { ...process.env, LC_ALL: "C" },
        });
        // "Mon Nov 30 03:46:52 2026 command"
        const found = /^\s*(\S+\s+\S+\s+\S+\s+\S+\s+\d{4})\s+(.*)$/m.exec(shown.stdout);
        return found ? { pid, began: found[1] ?? "", command: found[2] ?? "" } : undefined;
    } catch {
        return undefined;
    }
}

/**
 * How much memory processes hold, those that have ended left out.
 * @returns bytes; undefined where it cannot be told
 */
export async function residentBytes(pids: readonly number[]): Promise<number | undefined> {
    if (process.platform === "win32" || pids.length === 0) return undefined;
    try {
        if (process.platform === "linux") {
            const sizes = await Promise.all(
                pids.map(async (pid) => {
                    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
                    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
                }),
            );
            return sizes.reduce((sum, size) => sum + size, 0) * 1024;
        }
        const shown = await execute("ps", ["-o", "rss=", "-p", pids.join(",")]);
        return shown.stdout.split("\n").reduce((sum, line) => sum + Number(line), 0) * 1024;
    } catch {
        return undefined;
    }
}

/**
 * Lists processes of this user in whose environment a variable stands: what a program has started, and whatever that has started,
 * also where none of those between is left. Told on Linux alone.
 */
export async function processesWith(name: string, value: string): Promise<number[]> {
    if (process.platform !== "linux") return [];
    const wanted = `\0${name}=${value}\0`;
    const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
    const found = await Promise.all(
        pids.map(async (pid) => {
            // Others' processes may not be read.
            const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
            return `\0${environment}\0`.includes(wanted);
        }),
    );
    return pids.filter((_, index) => found[index]);
}
