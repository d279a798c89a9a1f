/**
 * What specs use of CC's API. Parameters are of any type, because specs hand in wrong ones too; results are what CC
 * documents, or unknown where a spec only compares them.
 */

/** @noSelf */
interface Handle {
    read(count?: number): unknown;
    readLine(withTrailing?: boolean): string | undefined;
    readAll(): string | undefined;
    write(value: unknown): void;
    writeLine(value: unknown): void;
    seek(whence?: string, offset?: number): LuaMultiReturn<[number | undefined, string?]>;
    flush(): void;
    close(): void;
}

/** @noSelf */
interface Attributes {
    size: number;
    isDir: boolean;
    isReadOnly: boolean;
    created: number;
    modified: number;
}

/** @noSelf */
interface FileSystem {
    list(path: unknown): string[];
    exists(path: unknown): boolean;
    isDir(path: unknown): boolean;
    isReadOnly(path: unknown): boolean;
    isDriveRoot(path: unknown): boolean;
    getName(path: unknown): string;
    getDir(path: unknown): string;
    getDrive(path: unknown): string | undefined;
    getSize(path: unknown): number;
    getFreeSpace(path: unknown): number;
    getCapacity(path: unknown): number | undefined;
    makeDir(path: unknown): void;
    move(from: unknown, to: unknown): void;
    copy(from: unknown, to: unknown): void;
    delete(path: unknown): void;
    combine(...parts: unknown[]): string;
    open(path: unknown, mode?: unknown): LuaMultiReturn<[Handle, string?]>;
    find(wildcard: unknown): string[];
    complete(partial: string, folder: string, ...options: unknown[]): string[];
    attributes(path: unknown): Attributes;
}
declare const fs: FileSystem;

/** @noSelf */
interface Response {
    getResponseCode(): LuaMultiReturn<[number, string]>;
    getResponseHeaders(): Record<string, string | undefined>;
    read(count?: number): unknown;
    readLine(withTrailing?: boolean): string | undefined;
    readAll(): string | undefined;
    close(): void;
}
type Answer = LuaMultiReturn<[Response | undefined, string?, Response?]>;

/** @noSelf */
interface Http {
    request(...options: unknown[]): LuaMultiReturn<[boolean, string?]>;
    get: (this: void, ...options: unknown[]) => Answer;
    post(...options: unknown[]): Answer;
    checkURL: (this: void, url: unknown) => LuaMultiReturn<[boolean, string?]>;
    checkURLAsync(url: unknown): LuaMultiReturn<[boolean, string?]>;
}
declare const http: Http;

/** @noSelf */
interface TextUtilities {
    empty_json_array: unknown;
    json_null: unknown;
    serialize(value: unknown, options?: unknown): string;
    serialise(value: unknown, options?: unknown): string;
    unserialize(text: unknown): unknown;
    serializeJSON(value: unknown, options?: unknown): string;
    unserializeJSON(text: unknown, options?: unknown): LuaMultiReturn<[unknown, string?]>;
    urlEncode(text: unknown): string;
    formatTime(hours: unknown, twentyFour?: boolean): string;
    tabulate(...rows: unknown[]): void;
    pagedPrint(text: string, freeLines?: number): number;
    slowPrint(text: string, rate?: number): void;
    complete(text: string, environment?: unknown): string[];
}
declare const textutils: TextUtilities;

/** @noSelf */
interface SettingDetails {
    key: string;
    description?: string;
    default?: unknown;
    type?: string;
    value?: unknown;
    changed?: boolean;
}
/** @noSelf */
interface Settings {
    define(name: unknown, options?: unknown): void;
    undefine(name: unknown): void;
    set(name: unknown, value: unknown): void;
    get(name: unknown, otherwise?: unknown): unknown;
    getDetails(name: unknown): SettingDetails;
    unset(name: unknown): void;
    clear(): void;
    getNames(): string[];
    load(path?: unknown): boolean;
    save(path?: unknown): boolean;
}
declare const settings: Settings;

/** @noSelf */
interface Parallel {
    waitForAny(...bodies: unknown[]): number;
    waitForAll(...bodies: unknown[]): void;
}
declare const parallel: Parallel;

/** @noSelf */
interface Shell {
    dir(): string;
    setDir(path: unknown): void;
    path(): string;
    setPath(path: unknown): void;
    resolve(path: unknown): string;
    resolveProgram(name: unknown): string | undefined;
    aliases(): Record<string, string | undefined>;
    setAlias(name: unknown, program: unknown): void;
    clearAlias(name: unknown): void;
    programs(hidden?: boolean): string[];
    getRunningProgram(): string;
    run(...words: unknown[]): boolean;
    execute(program: unknown, ...words: unknown[]): boolean;
    complete(line: string): string[] | undefined;
    completeProgram(start: string): string[];
    setCompletionFunction(program: unknown, complete: unknown): void;
    getCompletionInfo(): Record<string, unknown>;
}
declare const shell: Shell;

/** @noSelf */
interface Help {
    path(): string;
    setPath(path: unknown): void;
    lookup(topic: unknown): string | undefined;
    topics(): string[];
    completeTopic(start: unknown): string[];
}
declare const help: Help;

/** @noSelf */
interface Terminal {
    write(text: unknown): void;
    blit(text: unknown, colours: unknown, backgrounds: unknown): void;
    clear(): void;
    clearLine(): void;
    scroll(rows: number): void;
    getCursorPos(): LuaMultiReturn<[number, number]>;
    setCursorPos(x: number, y: number): void;
    getCursorBlink(): boolean;
    setCursorBlink(blink: boolean): void;
    getSize(): LuaMultiReturn<[number, number]>;
    isColour(): boolean;
    getTextColour(): number;
    setTextColour(colour: unknown): void;
    getBackgroundColour(): number;
    setBackgroundColour(colour: unknown): void;
    getPaletteColour(colour: number): LuaMultiReturn<[number, number, number]>;
    setPaletteColour(colour: number, ...value: number[]): void;
}
/** @noSelf */
interface Window extends Terminal {
    getLine(row: number): LuaMultiReturn<[string, string, string]>;
    setVisible(visible: boolean): void;
    isVisible(): boolean;
    redraw(): void;
    restoreCursor(): void;
    getPosition(): LuaMultiReturn<[number, number]>;
    reposition(x: number, y: number, width?: number, height?: number, parent?: Terminal): void;
}
/** @noSelf */
interface Windows {
    create(
        parent: unknown,
        x?: unknown,
        y?: number,
        width?: number,
        height?: number,
        visible?: boolean,
    ): Window;
}
declare const window: Windows;

/** @noSelf */
interface Term extends Terminal {
    redirect(target: Terminal): Terminal;
    current(): Terminal;
    native(): Terminal;
}
declare const term: Term;

declare const colours: Record<
    "white" | "orange" | "red" | "green" | "blue" | "black" | "yellow" | "lightGrey" | "grey",
    number
> & { toBlit(colour: number): string };

/** @noSelf */
interface Keys {
    enter: number;
    backspace: number;
    delete: number;
    left: number;
    right: number;
    up: number;
    down: number;
    home: number;
    end: number;
    tab: number;
    a: number;
    getName(code: unknown): string | undefined;
}
declare const keys: Keys;

/** @noSelf */
declare namespace os {
    function queueEvent(name: unknown, ...values: unknown[]): void;
    function pullEvent(filter?: string): LuaMultiReturn<[string, ...unknown[]]>;
    function pullEventRaw(filter?: string): LuaMultiReturn<[string, ...unknown[]]>;
    function startTimer(seconds: unknown): number;
    function cancelTimer(id: number): void;
    function setAlarm(hours: unknown): number;
    function cancelAlarm(id: number): void;
    function epoch(locale?: string): number;
    function day(locale?: string): number;
    function version(): string;
    function getComputerID(): number;
    function getComputerLabel(): string | undefined;
    function setComputerLabel(label?: unknown): void;
    function run(environment: unknown, path: unknown, ...words: unknown[]): boolean;
}

declare function sleep(seconds?: number): void;
declare function write(text: unknown): number;
declare function printError(...values: unknown[]): void;
declare function read(
    mask?: unknown,
    history?: unknown,
    complete?: unknown,
    initial?: unknown,
): string | undefined;
declare function require(name: string): unknown;
declare function load(
    source: string,
    name?: string,
    mode?: string,
    environment?: object,
): LuaMultiReturn<[(() => LuaMultiReturn<unknown[]>) | undefined, string?]>;
declare const _HOST: string;
