import type { FileHandle } from "./file-handle.ts";
import type { FileOperationName, FileOperations, Unflushed } from "./file-operations.ts";
import type { HostFunctions } from "./lua-vm.ts";
import { LuaError } from "./lua-vm.ts";
import type { MemoryAccount } from "./memory-account.ts";
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

/** So many bytes can always be read: nothing of them stays. */
const SMALL_READ = 65536;

/** The handles that a program holds, by the number under which Lua knows them. */
export class HandleTable {
    private readonly operations: FileOperations;
    private readonly account: MemoryAccount;
    private readonly handles = new Map<number, { handle: FileHandle; path: string }>();
    private nextId = 1;

    /** @param account says whether there is room for what is read */
    constructor(operations: FileOperations, account: MemoryAccount) {
        this.operations = operations;
        this.account = account;
    }

    /**
     * Gives a handle a number and describes it to the kernel, which builds the table of its methods.
     * @param path what it is a handle on
     */
    add(
        handle: FileHandle,
        path: string,
        { response, ...abilities }: HandleAbilities,
    ): { id: number; object: LuaObject } {
        const id = this.nextId++;
        this.handles.set(id, { handle, path });
        const fields = { id, ...abilities, ...(response && { response: { ...response } }) };
        return { id, object: new LuaObject("handle", fields) };
    }

    /** Closes every handle: in order, or as a power cut does, which leaves so much of what was not flushed. */
    closeAll(cut?: Unflushed): void {
        for (const { handle } of this.handles.values()) {
            this.booking(handle, () => {
                if (cut !== undefined) handle.discard(cut);
                else handle.close();
            });
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
        if (!handle.writes) {
            perform(handle);
            return;
        }
        this.booking(handle, () =>
            this.operations.run(
                { name, path },
                () => perform(handle),
                () => half(handle),
            ),
        );
    }

    /** Closes a handle that the program has not closed itself, which is no operation of its. */
    drop(id: number): void {
        const handle = this.handles.get(id)?.handle;
        this.handles.delete(id);
        if (handle !== undefined) this.booking(handle, () => handle.close());
    }

    /** Does something with a handle and books what it keeps in memory afterwards. */
    private booking(handle: FileHandle, run: () => void): void {
        const before = handle.kept;
        try {
            run();
        } finally {
            this.account.add(handle.kept - before);
        }
    }

    /** The handle, when there is room for so many bytes of it, and for the answer that they go into. */
    private getToRead(id: number, count: (handle: FileHandle) => number): FileHandle {
        const handle = this.get(id);
        this.requireRoomToRead(count(handle));
        return handle;
    }

    private requireRoomToRead(bytes: number): void {
        if (bytes > SMALL_READ) this.account.requireRoom(2 * bytes);
    }

    /** Writes pieces one after the other: what has no room comes after what had. */
    private write(id: number, ...texts: string[]): void {
        const pieces = texts.map((text) => Buffer.from(text, "latin1"));
        this.account.requireRoom(this.get(id).wouldKeep(pieces.reduce((sum, { length }) => sum + length, 0)));
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
            "handle.read": (id: number, count: number) => [
                this.getToRead(id, (handle) => Math.min(count, handle.rest())).read(count),
            ],
            "handle.readAll": (id: number) => [this.getToRead(id, (handle) => handle.rest()).readAll()],
            "handle.readLine": (id: number, withTrailing: boolean) => [
                this.get(id).readLine(withTrailing, (bytes) => this.requireRoomToRead(bytes)),
            ],
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
            "handle.drop": (id: number) => this.drop(id),
        };
    }
}
