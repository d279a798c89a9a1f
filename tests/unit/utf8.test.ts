/** UTF-8 on its way in, onto the screen and into addresses, in the compiled Lua. */
import { describe, expect, it } from "vitest";
import { bytes, runLua, toLua } from "../../tools/lua/index.ts";

function call(name: string, cases: readonly (readonly unknown[])[]): string[] {
    // CC's own: false for what is no UTF-8.
    const setup = `
        utf8 = {
            len = function(text)
                local rest = text:gsub("[\\1-\\127]", ""):gsub("[\\194-\\223][\\128-\\191]", "")
                rest = rest:gsub("[\\224-\\239][\\128-\\191][\\128-\\191]", ""):gsub("[\\240-\\244][\\128-\\191][\\128-\\191][\\128-\\191]", "")
                return rest == "" and #text
            end,
            char = function(code) return string.char(192 + math.floor(code / 64), 128 + code % 64) end,
        }`;
    const [results] = runLua(
        `local call = require("/apis/trapos/utf8").${name}
        local results = {}
        for index, arguments in ipairs(${toLua(cases)}) do results[index] = call(table.unpack(arguments)) end
        return results`,
        { setup },
    );
    return results as string[];
}

const letters = ["a", "ö", "項", "😀"];
const sample = "/srv/jörg smith/項目😀?&=#%+~._-/Ω";

describe("in an address", () => {
    it("each byte has its place, as JavaScript writes it", () => {
        const texts = [sample, ...letters, "", "\u007f", "\u0000", " ", "'()*!"];
        // What JavaScript leaves alone and RFC 3986 reserves.
        const expected = texts.map((text) =>
            encodeURIComponent(text).replace(
                /['()*!]/g,
                (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
            ),
        );
        expect(
            call(
                "percentEncode",
                texts.map((text) => [bytes(text)]),
            ),
        ).toEqual(expected);
    });

    it("bytes that are no UTF-8 stay what they are", () => {
        expect(call("percentEncode", [["\xff\x80a"]])).toEqual(["%FF%80a"]);
    });
});

describe("one line", () => {
    const line = (text: string, most: number) =>
        Buffer.from(call("oneLine", [[bytes(text), most]])[0]!, "latin1").toString("utf8");

    it.each(letters)("counts characters, not bytes: %s", (letter) => {
        for (const most of [2, 3, 40]) {
            expect(line(letter.repeat(most), most)).toBe(letter.repeat(most));
            expect(line(letter.repeat(most + 1), most)).toBe(`${letter.repeat(most - 2)}..`);
            expect(line(letter.repeat(3000), most)).toBe(`${letter.repeat(most - 2)}..`);
        }
    });

    it("has no line breaks, control characters or colours", () => {
        expect(line("a\r\n b\tc\u0000d\u001b[1;31me\u001b[0mf\u007fg", 50)).toBe("a b c def g");
        expect(line("two  blanks", 50)).toBe("two blanks");
        // What belongs to a command goes with it, whichever form it has.
        expect(line("see \u001b]8;;http://hidden\u0007here\u001b]8;;\u0007 \u009b31mred\u001b(B", 50)).toBe(
            "see here red",
        );
    });

    it("is short whatever the bytes are", () => {
        for (const byte of ["\x80", "\xff", "\xe9", "\x1b", "\n"]) {
            const [cut] = call("oneLine", [[byte.repeat(100_000), 20]]);
            expect(cut!.length).toBeLessThanOrEqual(4 * 21);
        }
    });
});

it("what is typed becomes UTF-8, and what is UTF-8 stays", () => {
    expect(call("toUtf8", [["j\xf6rg"], [bytes("jörg")], ["plain"], [bytes(sample)], ["\xe9\xf6"]])).toEqual([
        bytes("jörg"),
        bytes("jörg"),
        "plain",
        bytes(sample),
        bytes("éö"),
    ]);
});
