/** A bridge in a process of its own, to whoever kills it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Begin, Said } from "./bridge-process.ts";

/** A bridge that is killed and started again, with what it keeps on the disk. */
export class BridgeProcess {
    private readonly begin: Omit<Begin, "port">;
    private child: ChildProcess | undefined;
    /** Rejects once the process has ended. */
    private ended: Promise<never> | undefined;
    port = 0;

    constructor(begin: Omit<Begin, "port">) {
        this.begin = begin;
    }

    async start(): Promise<void> {
        this.child = fork(join(import.meta.dirname, "bridge-process.ts"), {
            execArgv: ["--conditions=trapos-source", "--import", "tsx"],
            stdio: "inherit",
        });
        this.ended = once(this.child, "exit").then(([status]) => {
            throw new Error(`The bridge ended by itself, with status ${String(status)}.`);
        });
        this.ended.catch(() => undefined);
        this.child.send({ ...this.begin, port: this.port } satisfies Begin);
        const said = await this.said();
        if ("port" in said) this.port = said.port;
    }

    private async said(): Promise<Said> {
        const [said] = (await Promise.race([once(this.child!, "message"), this.ended])) as [Said];
        return said;
    }

    /** Where it listens. */
    get url(): string {
        return `http://127.0.0.1:${this.port}`;
    }

    /** Links a computer, and gives its token. */
    async link(gameId: number): Promise<string> {
        this.child!.send(gameId);
        const said = await this.said();
        return "token" in said ? said.token : "";
    }

    async kill(): Promise<void> {
        const child = this.child;
        if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
    }
}
