/** Failures of every package, in the compiled Lua: what is told of may come from anywhere. */
import { expect, it } from "vitest";
import { bytes, runLua } from "../../tools/lua/index.ts";

interface Shown {
    code: string;
    message: string;
    hint: string;
}

/** Every failure of a package, with the same for each of its details. */
function failuresWith(module: string, detail: string): Shown[] {
    const [shown] = runLua(`
        local failure = require("${module}")
        local detail = setmetatable({}, { __index = function() return ${detail} end })
        local shown = {}
        for code in pairs(failure.failures) do
            local made = failure.fail(code, detail)
            shown[#shown + 1] = { code = made.code, message = made.message, hint = made.hint }
        end
        return shown`);
    return shown as Shown[];
}

/** The rows that words take on a narrow screen. */
const rows = (text: string) => text.split("\n").reduce((sum, line) => sum + Math.ceil(line.length / 26), 0);

const modules = ["/apis/ai/failure", "/apis/ccpm/failure"];

it.each(modules)("%s: none floods a pocket computer, whatever it tells of", (module) => {
    for (const long of ['("w"):rep(100000)', '("one two\\n"):rep(10000)']) {
        const shown = failuresWith(module, long);
        expect(shown.length).toBeGreaterThan(20);
        for (const { code, message, hint } of shown)
            expect([code, rows(message) + rows(hint) <= 30]).toEqual([code, true]);
    }
});

it.each(modules)("%s: a detail brings no line break or control character with it", (module) => {
    const plain = failuresWith(module, '"x"');
    const hostile = failuresWith(module, '"a\\n\\r\\tb\\27[31mc\\0"');
    for (const { code, message, hint } of hostile) {
        const own = plain.find((one) => one.code === code)!;
        expect(`${message}${hint}`.replaceAll("\n", "")).not.toMatch(/[\x00-\x1f\x7f]/);
        expect([code, message.split("\n").length, hint.split("\n").length]).toEqual([
            code,
            own.message.split("\n").length,
            own.hint.split("\n").length,
        ]);
    }
});

it("letters of several bytes are not cut in two", () => {
    for (const { message } of failuresWith(
        "/apis/ai/failure",
        `("${bytes("項").replace(/./g, (c) => `\\${c.charCodeAt(0)}`)}"):rep(5000)`,
    )) {
        expect(Buffer.from(message, "latin1").toString("utf8")).not.toContain("\ufffd");
    }
});

it.each(modules)(
    "%s: a detail that cannot be written, as some table that was raised, is told by its type",
    (module) => {
        for (const tostring of ['error("worse")', "return {}"]) {
            const shown = failuresWith(
                module,
                `setmetatable({}, { __tostring = function() ${tostring} end })`,
            );
            expect(shown.find(({ code }) => code === "internal_error")!.message).toBe("Unexpected: table");
        }
    },
);
