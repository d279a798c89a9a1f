import type { FileHandle } from "./file-handle.ts";
import type { FileOperationName, FileOperations, Unflushed } from "./file-operations.ts";
import type { HostFunctions } from "./lua-vm.ts";
import { LuaError } from "./lua-vm.ts";
import { LuaObject, type LuaValue } from "./wire.ts";

export interface HandleAbilities {
    read: boolean;
    write: boolean;
    seek: boolean;
    /** Whether `read()` and `write` deal in byte values. */
    binary: boolean;
    /** What getResponseCode and getResponseHeaders answer. */
    response?: { code: number; reason: string; headers: Record<string, string> };
}

/** The handles that a program holds, by the number under which Lua knows them. */
export class HandleTable {
    private readonly operations: FileOperations;
    private readonly handles = new Map<number, { handle: FileHandle; path: string }>();
    private nextId = 1;

    constructor(operations: FileOperations) {
        this.operations = operations;
    }

    /**
     * Gives a handle a number and describes it to the kernel, which builds the table of its methods.
     * @param path what it is a handle on
     */
    add(handle: FileHandle, path: string, { response, ...abilities }: HandleAbilities): LuaObject {
        const id = this.nextId++;
        this.handles.set(id, { handle, path });
        return new LuaObject("handle", { id, ...abilities, ...(response && { response: { ...response } }) });
    }

    /** Closes every handle: in order, or as a power cut does, which leaves so much of what was not flushed. */
    closeAll(cut?: Unflushed): void {
        for (const { handle } of this.handles.values()) {
            if (cut !== undefined) handle.discard(cut);
            else handle.close();
        }
        this.handles.clear();
    }

    private find(id: number): { handle: FileHandle; path: string } {
        const found = this.handles.get(id);
        if (found === undefined) throw new LuaError("attempt to use a closed file");
        return found;
    }

    private get(id: number): FileHandle {
        return this.find(id).handle;
    }

    /** Does something with a handle that is a file operation when the handle writes. */
    private operate(
        id: number,
        name: FileOperationName,
        perform: (handle: FileHandle) => void,
        half: (handle: FileHandle) => void,
    ): void {
        const { handle, path } = this.find(id);
        if (!handle.writes) perform(handle);
        else
            this.operations.run(
                { name, path },
                () => perform(handle),
                () => half(handle),
            );
    }

    /** Writes pieces one after the other: what has no room comes after what had. */
    private write(id: number, ...texts: string[]): void {
        const pieces = texts.map((text) => Buffer.from(text, "latin1"));
        this.operate(
            id,
            "write",
            (handle) => pieces.forEach((bytes) => handle.write(bytes)),
            (handle) => handle.writeHalf(Buffer.concat(pieces)),
        );
    }

    hostFunctions(): HostFunctions {
        return {
            "handle.readByte": (id: number) => [this.get(id).readByte()],
            "handle.read": (id: number, count: number) => [this.get(id).read(count)],
            "handle.readAll": (id: number) => [this.get(id).readAll()],
            "handle.readLine": (id: number, withTrailing: boolean) => [this.get(id).readLine(withTrailing)],
            "handle.write": (id: number, text: string) => this.write(id, text),
            "handle.writeLine": (id: number, text: string) => this.write(id, text, "\n"),
            "handle.flush": (id: number) =>
                this.operate(
                    id,
                    "flush",
                    (handle) => handle.flush(),
                    (handle) => handle.flushHalf(),
                ),
            "handle.seek": (id: number, whence: "set" | "cur" | "end", offset: number): LuaValue[] => {
                const position = this.get(id).seek(whence, offset);
                return position === undefined ? [undefined, "Position is negative"] : [position];
            },
            "handle.close": (id: number) =>
                this.operate(
                    id,
                    "close",
                    (handle) => {
                        this.handles.delete(id);
                        handle.close();
                    },
                    (handle) => handle.flushHalf(),
                ),
            // What the program did not close itself is no operation of its.
            "handle.drop": (id: number) => {
                const found = this.handles.get(id);
                this.handles.delete(id);
                found?.handle.close();
            },
        };
    }
}
