import { LuaError } from "./lua-vm.ts";

/**
 * The file operations that change the disk, counted, so that the power can be cut at each of them in turn. The count
 * begins with the computer and goes on over its reboots. Reading is not counted: the disk is the same after it.
 */

export type FileOperationName = "open" | "write" | "flush" | "close" | "makeDir" | "delete" | "move" | "copy";

export interface FileOperation {
    /** Counted from 1. */
    readonly number: number;
    /** `open`, `write`, `flush` and `close` are those of handles that write. */
    readonly name: FileOperationName;
    /** As the program gave it; of a handle's operations the path that it was opened with. */
    readonly path: string;
    /** Where to, of `move` and `copy`. */
    readonly to?: string | undefined;
}

/** What a power cut leaves of the bytes that were written, but neither flushed nor closed. */
export type Unflushed = "lost" | "half" | "kept";

export interface PowerCutPlan {
    /** The number of the operation, or a test that is asked at each until it holds. */
    readonly operation: number | ((operation: FileOperation) => boolean);
    /**
     * Whether the operation is still done: "after" it (unless given), "before" it, or "during" it, which does half of
     * what is not one step: bytes of a write, flush, close or copy; files of a folder that is deleted or copied.
     */
    readonly moment?: "before" | "during" | "after";
    /** "lost" unless given. */
    readonly unflushed?: Unflushed;
}

/** Thrown through Lua, of which nothing runs any more. */
export class PowerCut extends Error {}

/** Does what the program would have seen fail too. */
function onlyTry(half: () => void): void {
    try {
        half();
    } catch (error) {
        if (!(error instanceof LuaError)) throw error;
    }
}

export class FileOperations {
    /** How many there have been. */
    count = 0;
    private readonly plan: PowerCutPlan | undefined;

    constructor(plan: PowerCutPlan | undefined) {
        this.plan = plan;
    }

    /** What becomes of bytes that are not flushed when the power is cut. */
    get unflushed(): Unflushed {
        return this.plan?.unflushed ?? "lost";
    }

    /**
     * Does an operation, unless the power is cut at it.
     * @param half does the first half of it; without it the operation is one step
     * @throws PowerCut
     */
    run<T>(operation: Omit<FileOperation, "number">, perform: () => T, half?: () => void): T {
        const number = ++this.count;
        if (!this.isPlanned({ number, ...operation })) return perform();
        const moment = this.plan?.moment ?? "after";
        if (moment === "after") perform();
        if (moment === "during" && half !== undefined) onlyTry(half);
        throw new PowerCut();
    }

    private isPlanned(operation: FileOperation): boolean {
        const planned = this.plan?.operation;
        return typeof planned === "function" ? planned(operation) : planned === operation.number;
    }
}
