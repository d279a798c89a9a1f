import type { FileHandle } from "./file-handle.ts";
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
    private readonly handles = new Map<number, FileHandle>();
    private nextId = 1;

    /** Gives a handle a number and describes it to the kernel, which builds the table of its methods. */
    add(handle: FileHandle, { response, ...abilities }: HandleAbilities): LuaObject {
        const id = this.nextId++;
        this.handles.set(id, handle);
        return new LuaObject("handle", { id, ...abilities, ...(response && { response: { ...response } }) });
    }

    /** Closes every handle; with `discard` what was not flushed is lost. */
    closeAll(discard: boolean): void {
        for (const handle of this.handles.values()) {
            if (discard) handle.discard();
            else handle.close();
        }
        this.handles.clear();
    }

    private get(id: number): FileHandle {
        const handle = this.handles.get(id);
        if (handle === undefined) throw new LuaError("attempt to use a closed file");
        return handle;
    }

    hostFunctions(): HostFunctions {
        return {
            "handle.readByte": (id: number) => [this.get(id).readByte()],
            "handle.read": (id: number, count: number) => [this.get(id).read(count)],
            "handle.readAll": (id: number) => [this.get(id).readAll()],
            "handle.readLine": (id: number, withTrailing: boolean) => [this.get(id).readLine(withTrailing)],
            "handle.write": (id: number, text: string) => this.get(id).write(Buffer.from(text, "latin1")),
            "handle.flush": (id: number) => this.get(id).flush(),
            "handle.seek": (id: number, whence: "set" | "cur" | "end", offset: number): LuaValue[] => {
                const position = this.get(id).seek(whence, offset);
                return position === undefined ? [undefined, "Position is negative"] : [position];
            },
            "handle.close": (id: number) => {
                const handle = this.get(id);
                this.handles.delete(id);
                handle.close();
            },
        };
    }
}
