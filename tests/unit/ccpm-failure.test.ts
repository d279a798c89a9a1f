/** What ccpm says when it fails: it fits the screens that players have, and tells what to do next. */
import { describe, expect, test } from "vitest";
import { runLua, toLua } from "../../tools/lua/index.ts";

/** The longest that is usual for each detail. */
const DETAILS: Record<string, string | number> = {
    registry: "owner/repository@main",
    path: "apis/ai/settings.lua",
    name: "trapos-core",
    owner: "trapos-boot",
    need: "trapos-ai 0.1.0 needs trapos-core ^1.0.0",
    but: "trapos 0.1.0 needs trapos-core ^2.0.0",
    known: "only 0.1.0",
    version: "1.10.0",
    what: "Could not connect",
    call: "planInstall",
    usage: "ccpm.planInstall(names, options)",
    status: 404,
    position: 9,
    last: 3,
    needed: 125000,
    free: 99999,
};

type Failures = Record<string, { code: string; message: string; hint: string; text: string }>;

const failures = runLua(`
    local failure = require("/apis/ccpm/failure")
    local made = {}
    for code in pairs(failure.failures) do
        local one = failure.fail(code, ${toLua(DETAILS)})
        made[code] = { code = one.code, message = one.message, hint = one.hint, text = tostring(one) }
    end
    return made`)[0] as Failures;

/** Rows of a text on a screen, broken at blanks as CC's \`write\` breaks it. */
function rows(text: string, width: number): number {
    let count = 1;
    let used = 0;
    for (const word of text.split(" ")) {
        const wanted = used === 0 ? word.length : used + 1 + word.length;
        if (wanted <= width) {
            used = wanted;
        } else {
            count += Math.ceil(word.length / width);
            used = word.length % width;
        }
    }
    return count;
}

describe.each(Object.entries(failures))("%s", (code, failure) => {
    test("fits two rows of 51 columns and four of 26, as does its hint", () => {
        for (const text of [failure.message, failure.hint]) {
            expect(rows(text, 51), text).toBeLessThanOrEqual(2);
            expect(rows(text, 26), text).toBeLessThanOrEqual(4);
        }
    });

    test("is said in whole sentences of ASCII, with every detail filled in", () => {
        expect(failure.code).toBe(code);
        expect(failure.text).toBe(`${failure.message}\n${failure.hint}`);
        expect(failure.message).toMatch(/^[ -~]{10,}$/);
        expect(failure.hint).toMatch(/^[ -~]+$/);
        expect(failure.text).not.toMatch(/[{}]|undefined|nil| {2}/);
    });
});
