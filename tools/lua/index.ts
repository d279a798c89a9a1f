/**
 * Runs compiled Lua modules in a real Lua 5.2, the version that CC: Tweaked's Lua follows, inside this process.
 *
 * Only what Lua itself brings is there: no `fs`, `term` or `os.pullEvent`. What a module needs of them a test puts in
 * place with `setup`. Strings are byte strings on both sides: in JavaScript one character, 0 to 255, is one byte.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

export interface LuaOptions {
    /** Folder that is "/" for the absolute paths of `require`; this repository by default. */
    root?: string;
    /** Lua source that runs before the module is loaded, to set the globals that it expects. */
    setup?: string;
}

/** Lua that goes to Node: one letter for what it is, ten digits for its length, its bytes. */
const PRELUDE = `
io.stdin:setvbuf("no")
io.stdout:setvbuf("no")

local function send(kind, bytes)
    io.stdout:write(kind, ("%010d"):format(#bytes), bytes)
end

local function receive()
    return io.stdin:read(tonumber(io.stdin:read(10))) or ""
end

local function toJson(value)
    local kind = type(value)
    if kind == "nil" then return "null" end
    if kind == "boolean" then return tostring(value) end
    if kind == "number" then
        if value ~= value or value == math.huge or value == -math.huge then error("a number that JSON cannot hold", 0) end
        return ("%.17g"):format(value)
    end
    if kind == "string" then
        return '"' .. value:gsub('[^ !#-%[%]-~]', function(byte) return ("\\\\u%04x"):format(byte:byte()) end) .. '"'
    end
    if kind ~= "table" then error("a " .. kind .. " cannot leave Lua", 0) end
    local parts = {}
    if value[1] ~= nil or next(value) == nil then
        for i = 1, #value do parts[i] = toJson(value[i]) end
        return "[" .. table.concat(parts, ",") .. "]"
    end
    for key, field in pairs(value) do parts[#parts + 1] = toJson(tostring(key)) .. ":" .. toJson(field) end
    return "{" .. table.concat(parts, ",") .. "}"
end

local loaded = {}
function require(name)
    if loaded[name] == nil then
        send("R", name)
        local found, source = io.stdin:read(1), receive()
        if found == "n" then error("module '" .. name .. "' not found", 2) end
        local chunk, message = load(source, "@" .. name .. ".lua")
        if not chunk then error(message, 0) end
        local result = chunk(name)
        loaded[name] = result == nil and true or result
    end
    return loaded[name]
end

function print(...)
    local parts = table.pack(...)
    for i = 1, parts.n do parts[i] = tostring(parts[i]) end
    send("P", table.concat(parts, "\\t"))
end

local function main()
    local chunk, message = load(receive(), "=test")
    if not chunk then error(message, 0) end
    local results = table.pack(chunk())
    for i = 1, results.n do results[i] = toJson(results[i]) end
    return "[" .. table.concat(results, ",", 1, results.n) .. "]"
end

local ok, result = xpcall(main, function(message)
    return type(message) == "string" and debug.traceback(message, 2) or tostring(message)
end)
send(ok and "V" or "E", result)
`;

interface LuaApi {
    lauxlib: { luaL_newstate(): number; luaL_dostring(state: number, source: string): number };
    lualib: { luaL_openlibs(state: number): void };
    lua: { lua_close(state: number): void };
}

const HEAD_LENGTH = 11;

let inbox: Buffer = Buffer.alloc(0);
let inboxAt = 0;
let outbox: Buffer = Buffer.alloc(65536);
let outboxLength = 0;
/** Bytes that the message on its way has in all; -1 until its head is complete. */
let expected = -1;
let onMessage: (kind: string, bytes: Buffer) => void = () => {};
let api: LuaApi | undefined;

/** The WebAssembly module is compiled once a process; each call gets a Lua state of its own. */
function luaApi(): LuaApi {
    if (api !== undefined) return api;
    const load = createRequire(import.meta.url);
    const glue = load("lua-wasm-bindings/dist/glue/glue-lua-5.2.4.js") as (options: object) => object;
    const factory = load("lua-wasm-bindings/dist/binding-factory.js") as {
        createLua(glue: object, version: string): LuaApi["lua"];
        createLauxLib(glue: object, lua: object, version: string): LuaApi["lauxlib"];
        createLuaLib(glue: object, version: string): LuaApi["lualib"];
    };
    const machine = glue({
        stdin: () => (inboxAt < inbox.length ? inbox[inboxAt++] : null),
        stdout: (byte: number | null) => {
            if (byte === null) return;
            if (outboxLength === outbox.length) outbox = Buffer.concat([outbox], outbox.length * 2);
            outbox[outboxLength++] = byte;
            if (outboxLength === HEAD_LENGTH)
                expected = HEAD_LENGTH + Number(outbox.toString("latin1", 1, HEAD_LENGTH));
            if (outboxLength !== expected) return;
            const [kind, message] = [outbox.toString("latin1", 0, 1), outbox.subarray(HEAD_LENGTH, expected)];
            outboxLength = 0;
            expected = -1;
            onMessage(kind, message);
        },
    });
    const lua = factory.createLua(machine, "5.2.4");
    api = {
        lua,
        lauxlib: factory.createLauxLib(machine, lua, "5.2.4"),
        lualib: factory.createLuaLib(machine, "5.2.4"),
    };
    return api;
}

function framed(bytes: Buffer): Buffer {
    return Buffer.concat([Buffer.from(String(bytes.length).padStart(10, "0")), bytes]);
}

/**
 * Writes a value as Lua source: arrays become sequences, objects tables with string keys, null and undefined nil.
 * A string must hold nothing but characters 0 to 255, one for each byte.
 */
export function toLua(value: unknown): string {
    if (value === undefined || value === null) return "nil";
    if (typeof value === "boolean") return String(value);
    if (typeof value === "number") {
        if (Number.isNaN(value)) return "(0/0)";
        return Number.isFinite(value) ? String(value) : value > 0 ? "math.huge" : "-math.huge";
    }
    if (typeof value === "string") {
        const escaped = value.replace(/[^ !#-[\]-~]/g, (character) => {
            const code = character.charCodeAt(0);
            if (code > 255) throw new Error(`not a byte string: ${character}; pass it through bytes() first`);
            return "\\" + String(code).padStart(3, "0");
        });
        return `"${escaped}"`;
    }
    if (Array.isArray(value)) return `{${value.map(toLua).join(",")}}`;
    if (typeof value === "object") {
        const fields = Object.entries(value).map(([key, field]) => `[${toLua(key)}]=${toLua(field)}`);
        return `{${fields.join(",")}}`;
    }
    throw new Error(`a ${typeof value} cannot enter Lua`);
}

/** The UTF-8 bytes of a JavaScript string, one character a byte: what Lua sees of a text from outside. */
export function bytes(text: string): string {
    return Buffer.from(text, "utf8").toString("latin1");
}

/**
 * Runs a Lua chunk in a new Lua state and returns all that it returned. nil comes back as null, an empty table as an
 * empty array. Throws with Lua's message and traceback when the chunk raises.
 */
export function runLua(source: string, options: LuaOptions = {}): unknown[] {
    const { lua, lauxlib, lualib } = luaApi();
    const root = options.root ?? REPOSITORY;
    let answer: { kind: string; text: string } | undefined;
    onMessage = (kind, message) => {
        if (kind === "P") {
            console.log(message.toString("latin1"));
        } else if (kind === "R") {
            let reply: Buffer;
            try {
                const file = readFileSync(path.join(root, message.toString("latin1") + ".lua"));
                reply = Buffer.concat([Buffer.from("f"), framed(file)]);
            } catch {
                reply = Buffer.concat([Buffer.from("n"), framed(Buffer.alloc(0))]);
            }
            inbox = Buffer.concat([inbox.subarray(inboxAt), reply]);
            inboxAt = 0;
        } else {
            answer = { kind, text: message.toString("latin1") };
        }
    };
    inbox = framed(Buffer.from(`${options.setup ?? ""}\n${source}`, "latin1"));
    inboxAt = 0;
    outboxLength = 0;
    expected = -1;
    const state = lauxlib.luaL_newstate();
    try {
        lualib.luaL_openlibs(state);
        const status = lauxlib.luaL_dostring(state, PRELUDE);
        if (answer === undefined) throw new Error(`Lua ended without an answer, status ${status}`);
    } finally {
        lua.lua_close(state);
    }
    if (answer.kind === "E") throw new Error(answer.text);
    return JSON.parse(answer.text) as unknown[];
}

/**
 * Calls a function of a compiled module in a new Lua state and returns its first result (see `runLua` for how values
 * come back).
 *
 * @param modulePath as a program writes it in `require`, such as "/apis/trapos/text".
 * @param functionName a field of the module's table; "" calls the module itself.
 * @param args what `toLua` accepts.
 */
export function runInLua(
    modulePath: string,
    functionName: string,
    args: readonly unknown[],
    options: LuaOptions = {},
): unknown {
    const callee = `require(${toLua(modulePath)})${functionName === "" ? "" : `[${toLua(functionName)}]`}`;
    return runLua(`return (${callee})(${args.map(toLua).join(", ")})`, options)[0];
}
