/**
 * Everything that a program can reach on a computer without a ROM, each with the reason why it is harmless. What is not
 * here fails the test: whoever adds a native says here what it may do.
 */

export interface Reachable {
    /** Names of natives, or of values, with blanks between them. */
    readonly names: string;
    /** What stands before each of the names. */
    readonly of?: string;
    /** Why a program may have them. */
    readonly why: string;
}

const PURE = "computes from its arguments alone";

/** The natives. Those of Lua itself are C's, compiled into the module, which can do nothing but compute. */
export const natives: readonly Reachable[] = [
    {
        names: "assert error ipairs next pairs pcall rawequal rawget rawlen rawset select tonumber tostring type xpcall",
        why: PURE,
    },
    { names: "getmetatable setmetatable", why: "of values that the program has; a __gc is not called" },
    {
        names: "load loadstring",
        why: "source alone, never a compiled chunk, in an environment of the program's",
    },
    {
        names: "getfenv setfenv",
        why: "of the program's functions; a native has the globals and cannot be given others",
    },
    {
        of: "bit32",
        names: "arshift band bnot bor btest bxor extract lrotate lshift replace rrotate rshift",
        why: PURE,
    },
    {
        of: "coroutine",
        names: "create isyieldable resume running status wrap yield",
        why: "threads of the program's",
    },
    { names: "coroutine.wrap()", why: "what it makes: resumes a thread of the program's" },
    {
        of: "debug",
        names:
            "getinfo getlocal getupvalue setlocal setupvalue traceback upvalueid upvaluejoin getfenv setfenv " +
            "gethook sethook",
        why: "of the program's functions and stacks; natives are opaque",
    },
    { of: "debug", names: "getmetatable setmetatable", why: "of values that the program has" },
    {
        of: "debug",
        names: "getregistry",
        why: "a table of the kernel's with the libraries, not Lua's registry",
    },
    { of: "debug", names: "debug", why: "does nothing" },
    {
        of: "math",
        names:
            "abs acos asin atan atan2 ceil cos cosh deg exp floor fmod frexp ldexp log log10 max min modf pow rad sin " +
            "sinh sqrt tan tanh",
        why: PURE,
    },
    { of: "math", names: "random randomseed", why: "numbers of the computer's own" },
    {
        of: "string",
        names: "byte char find format gfind gsub len lower match pack packsize rep reverse sub unpack upper",
        why: PURE,
    },
    { of: "string", names: "dump", why: "always raises" },
    { names: "string.gmatch() ipairs() utf8.codes()", why: "what they make for a loop" },
    {
        of: "table",
        names: "concat foreach foreachi getn insert maxn move pack remove sort unpack",
        why: PURE,
    },
    { of: "utf8", names: "char codepoint codes len offset", why: PURE },
    {
        of: "fs",
        names:
            "attributes combine copy delete exists getCapacity getDir getDrive getFreeSpace getName getSize isDir " +
            "isReadOnly list makeDir move open",
        why: "the computer's disk and its mounts, within their folders, never through a link that leads out",
    },
    {
        of: "handle",
        names: "close flush read readAll readLine seek write writeLine",
        why: "a file that fs.open has opened",
    },
    {
        of: "http",
        names: "checkURL request websocket",
        why: "addresses that the computer's rules allow; private ones are denied unless the host says otherwise",
    },
    {
        of: "response",
        names: "close getResponseCode getResponseHeaders read readAll readLine seek",
        why: "the answer to a request",
    },
    { of: "socket", names: "close receive send", why: "a connection that http.websocket has opened" },
    {
        of: "os",
        names:
            "cancelAlarm cancelTimer clock computerID computerLabel date day epoch queueEvent reboot setAlarm " +
            "setComputerLabel shutdown startTimer time",
        why: "the computer's own clock, label and events; switches off this computer and no other",
    },
    {
        of: "peripheral",
        names: "call getMethods getType hasType isPresent",
        why: "methods of what the host has put beside the computer",
    },
    {
        of: "redstone",
        names:
            "getAnalogInput getAnalogOutput getBundledInput getBundledOutput getInput getOutput getSides " +
            "setAnalogOutput setBundledOutput setOutput testBundledInput",
        why: "six numbers that the kernel keeps",
    },
    {
        of: "term",
        names:
            "blit clear clearLine getBackgroundColor getCursorBlink getCursorPos getPaletteColor getSize getTextColor " +
            "isColor nativePaletteColor scroll setBackgroundColor setCursorBlink setCursorPos setPaletteColor " +
            "setTextColor write",
        why: "the computer's own screen",
    },
];

/** What is no native, by its kind. */
export const values: readonly (Reachable & { readonly kind: string })[] = [
    {
        kind: "table",
        names: "bit32 coroutine debug fs http math os peripheral redstone string table term utf8",
        of: "_G",
        why: "the libraries",
    },
    { kind: "table", names: "_G", why: "the globals" },
    { kind: "table", names: "handle response socket", why: "handles, whose methods are natives" },
    { kind: "table", names: "registry registry._LOADED", why: "what debug.getregistry hands out" },
    { kind: "table", names: "string#", why: "the metatable of strings, which leads to the library" },
    { kind: "number", names: "huge pi", of: "_G.math", why: "constants" },
    {
        kind: "string",
        names: "_CC_DEFAULT_SETTINGS _HOST _VERSION utf8.charpattern",
        of: "_G",
        why: "constants; _HOST says no more than what the game's does",
    },
    { kind: "thread", names: "running", why: "the program's own" },
    {
        kind: "userdata",
        names: "upvalueid",
        why: "an address in Lua's own memory, which can only be compared",
    },
];
