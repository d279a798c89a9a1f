import type { HostCalls, HostFunctions } from "./lua-vm.ts";
import type { ReceivedValue } from "./wire.ts";

/**
 * What each host function takes. The kernel has checked what a program gave it; this is looked at all the same, so that
 * somebody who got hold of the kernel's way to Node would get no further than a program does.
 */

type Check = (value: ReceivedValue) => boolean;

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number";

/** Values by the names that stand in the shapes below. With a `?` nil passes, too. */
const checks: Readonly<Record<string, Check>> = {
    any: () => true,
    text: isText,
    boolean: (value) => typeof value === "boolean",
    table: (value) => value instanceof Map,
    number: isNumber,
    finite: (value) => Number.isFinite(value),
    whole: (value) => Number.isInteger(value),
    /** The place of one of the 16 colours. */
    place: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 16,
    whence: (value) => value === "set" || value === "cur" || value === "end",
    /** What http.request and http.websocket are given: text and numbers by name, and a table of headers. */
    request: (value) => {
        if (!(value instanceof Map) || !isText(value.get("url"))) return false;
        const optional: Record<string, Check> = {
            body: isText,
            method: isText,
            headers: (headers) => headers instanceof Map,
            binary: (flag) => typeof flag === "boolean",
            redirect: (flag) => typeof flag === "boolean",
            timeout: isNumber,
        };
        return Object.entries(optional).every(([name, check]) => {
            const field = value.get(name);
            return field === undefined || check(field);
        });
    },
};

/** Arguments by function, with blanks between them. What begins with dots may come any number of times, at the end, and arrives in one list. */
const shapes: Readonly<Record<string, string>> = {
    "kernel.bios": "",
    "kernel.options": "",
    "kernel.carryOut": "",
    "kernel.requireRoom": "whole",
    "kernel.waiting": "text?",
    "kernel.failed": "text",

    "fs.list": "text",
    "fs.combine": "...text",
    "fs.getName": "text",
    "fs.getDir": "text",
    "fs.getSize": "text",
    "fs.exists": "text",
    "fs.isDir": "text",
    "fs.isReadOnly": "text",
    "fs.makeDir": "text",
    "fs.delete": "text",
    "fs.move": "text text",
    "fs.copy": "text text",
    "fs.getDrive": "text",
    "fs.getFreeSpace": "text",
    "fs.getCapacity": "text",
    "fs.attributes": "text",
    "fs.open": "text text",

    "handle.readByte": "whole",
    "handle.read": "whole whole",
    "handle.readAll": "whole",
    "handle.readLine": "whole boolean",
    "handle.write": "whole text",
    "handle.writeLine": "whole text",
    "handle.flush": "whole",
    "handle.seek": "whole whence whole",
    "handle.close": "whole",
    "handle.drop": "whole",

    "http.request": "request",
    "http.checkURL": "text",
    "websocket.connect": "request",
    "websocket.isFull": "",
    "websocket.isClosed": "whole",
    "websocket.send": "whole text boolean",
    "websocket.close": "whole",

    "os.queueEvent": "text ...any",
    "os.startTimer": "finite",
    "os.cancelTimer": "whole",
    "os.setAlarm": "finite",
    "os.cancelAlarm": "whole",
    "os.shutdown": "number?",
    "os.reboot": "",
    "os.getComputerLabel": "",
    "os.setComputerLabel": "text?",
    "os.clock": "",
    "os.time": "text",
    "os.timeFromTable": "table",
    "os.day": "text",
    "os.epoch": "text",
    "os.date": "text whole?",

    "peripheral.isPresent": "text",
    "peripheral.getType": "text",
    "peripheral.hasType": "text text",
    "peripheral.getMethods": "text",
    "peripheral.call": "text text ...any",

    "term.write": "text whole? whole?",
    "term.blit": "text text text whole? whole?",
    "term.scroll": "whole",
    "term.clear": "",
    "term.clearLine": "",
    "term.setCursorPos": "whole whole",
    "term.setCursorBlink": "boolean",
    "term.setTextColour": "place",
    "term.setBackgroundColour": "place",
    "term.setPaletteColour": "place finite finite finite",
    "term.getPaletteColour": "place",
    "term.nativePaletteColour": "place",
};

interface Shape {
    readonly checks: readonly Check[];
    /** What all arguments behind those must be; without it there are none. */
    readonly rest: Check | undefined;
}

function checkNamed(word: string): Check {
    const name = word.replace(/^\.\.\.|\?$/g, "");
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) throw new Error(`There is no check for ${word}`);
    return word.endsWith("?") ? (value) => value === undefined || check(value) : check;
}

function parse(shape: string): Shape {
    const words = shape.split(" ").filter((word) => word !== "");
    const last = words.at(-1);
    return {
        checks: words.filter((word) => !word.startsWith("...")).map(checkNamed),
        rest: last?.startsWith("...") ? checkNamed(last) : undefined,
    };
}

const parsed = new Map(Object.entries(shapes).map(([name, shape]) => [name, parse(shape)]));

/** Whether a function takes arguments. One that is missing is nil. */
function takes({ checks: single, rest }: Shape, args: readonly ReceivedValue[]): boolean {
    if (!single.every((check, index) => check(args[index]))) return false;
    return args.every((value, index) => index < single.length || (rest?.(value) ?? false));
}

/** The arguments as a function has them: those behind the single ones are one list. */
function arranged({ checks: single, rest }: Shape, args: readonly ReceivedValue[]): unknown[] {
    const found: unknown[] = single.map((_, index) => args[index]);
    if (rest !== undefined) found.push(args.slice(single.length));
    return found;
}

/**
 * Host functions that refuse what is not for them.
 * @returns calls by the same names, which throw an Error for arguments that the kernel never sends
 * @throws Error for one of which it does not stand above what it takes
 */
export function checkingArguments(functions: HostFunctions): HostCalls {
    return Object.fromEntries(
        Object.entries(functions).map(([name, run]): [string, HostCalls[string]] => {
            const shape = parsed.get(name);
            if (shape === undefined) throw new Error(`What ${name} takes is not known`);
            return [
                name,
                (args) => {
                    if (!takes(shape, args)) {
                        throw new Error(`The Lua kernel called ${name} with what it does not take`);
                    }
                    return run(...(arranged(shape, args) as never[]));
                },
            ];
        }),
    );
}
