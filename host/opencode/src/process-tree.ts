import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Each process's parent, by process id; empty where that cannot be told. */
function parents(): Map<number, number> {
    const result = new Map<number, number>();
    if (process.platform === "linux") {
        for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
            try {
                // "pid (name) state ppid ...", and the name may hold spaces and brackets.
                const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
                const parent = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
                result.set(Number(entry), Number(parent));
            } catch {
                // It ended meanwhile.
            }
        }
    } else if (process.platform !== "win32") {
        const listed = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
        for (const line of listed.stdout.split("\n")) {
            const [pid, parent] = line.trim().split(/\s+/).map(Number);
            if (pid && parent) result.set(pid, parent);
        }
    }
    return result;
}

/** Returns the ids of the children of a process, of their children, and so on. */
export function descendants(pid: number): number[] {
    const parentOf = parents();
    const found = new Set([pid]);
    for (let before = 0; before < found.size;) {
        before = found.size;
        for (const [child, parent] of parentOf) if (found.has(parent)) found.add(child);
    }
    found.delete(pid);
    return [...found];
}

/** Kills processes by their ids; those that are gone already are no matter. */
export function killAll(pids: number[]): void {
    for (const pid of pids) {
        try {
            process.kill(pid, "SIGKILL");
        } catch {
            // Gone already.
        }
    }
}
