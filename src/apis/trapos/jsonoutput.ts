/** What a command prints with `--json`: one object, for programs that read it from the screen. */
import type { Failure } from "./failure";
import { encode } from "./json";

/** The characters of UTF-8 from two bytes on; what is no UTF-8 is left as it is. */
const BEYOND_ASCII = `[${string.char(0xc2)}-${string.char(0xf4)}][${string.char(0x80)}-${string.char(0xbf)}]+`;

/** A character as JSON escapes it, which is in ASCII (RFC 8259, section 7). */
function escaped(code: number): string {
    if (code < 0x10000) return string.format("\\u%04x", code);
    const beyond = code - 0x10000;
    return string.format("\\u%04x\\u%04x", 0xd800 + Math.floor(beyond / 0x400), 0xdc00 + (beyond % 0x400));
}

/** JSON in ASCII alone: the screen has a font of its own. */
function inAscii(json: string): string {
    return string.gsub(json, BEYOND_ASCII, (bytes) => {
        const [ok, code] = pcall(utf8.codepoint, bytes);
        // Bytes that are no character show as the sign for that.
        return escaped(ok ? code : 0xfffd);
    })[0];
}

/** Prints an object in rows that, put together, are its JSON: no blank is lost where a row ends. */
function printObject(object: object): void {
    const json = inAscii(encode(object));
    const [width] = term.getSize();
    let rows = 0;
    for (const at of $range(1, json.length, width)) {
        term.write(string.sub(json, at, at + width - 1));
        print();
        rows += 1;
        // A program that prints for 7 s without a pause is stopped.
        if (rows % 100 === 0) sleep(0);
    }
}

/** Prints that a command succeeded: `{"ok":true,"value":...}`. */
export function succeed(value: unknown): void {
    printObject({ ok: true, value });
}

/** Prints that a command failed: `{"ok":false,"code":...,"message":...,"hint":...}`, and what there is of a text. */
export function fail(failure: Failure): void {
    printObject({
        ok: false,
        code: failure.code,
        message: failure.message,
        hint: failure.hint,
        text: failure.text,
    });
}
