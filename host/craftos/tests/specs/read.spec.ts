/** A line from the keyboard, as https://tweaked.cc/module/_G.html#v:read has it. */

/** What a key press or a typed text is: a code, or the text. */
type Input = number | string;

let screen: Window;

/**
 * Reads a line from what is typed, then Enter, on a screen of 12 x 3.
 * @param options what read is given
 */
function typed(inputs: Input[], ...options: unknown[]): string | undefined {
    for (const input of inputs) {
        if (type(input) === "number") {
            os.queueEvent("key", input, false);
            os.queueEvent("key_up", input);
        } else {
            for (const [character] of string.gmatch(input as string, ".")) os.queueEvent("char", character);
        }
    }
    os.queueEvent("key", keys.enter, false);
    const before = term.redirect(screen);
    const [ok, line] = pcall(read, ...options);
    term.redirect(before);
    if (!ok) throw line;
    return line;
}

/** What stands in a row, without the blanks after it. */
function row(y = 1): string {
    return string.match(screen.getLine(y)[0], "^(.-)%s*$")[0];
}

before_each(() => {
    screen = window.create(term.current(), 1, 1, 12, 3, false);
});

describe("read", () => {
    it("gives the line", () => {
        assert.are.equal("hello", typed(["hello"]));
        assert.are.equal("hello", row());
    });
    it("gives an empty line", () => {
        assert.are.equal("", typed([]));
    });
    it("leaves the cursor at the start of the next row", () => {
        typed(["hi"]);
        assert.are.same([1, 2], [...screen.getCursorPos()]);
        assert.is_false(screen.getCursorBlink());
    });
    it("starts where the cursor is", () => {
        screen.write("> ");
        typed(["hi"]);
        assert.are.equal("> hi", row());
    });
    it("takes a pasted text", () => {
        os.queueEvent("paste", "pas");
        assert.are.equal("pasted", typed(["ted"]));
    });
    it("shows a mask in place of the text", () => {
        assert.are.equal("secret", typed(["secret"], "*"));
        assert.are.equal("******", row());
    });
    it("uses the first character of the mask", () => {
        typed(["ab"], "xyz");
        assert.are.equal("xx", row());
    });
    it("starts with a text that can be changed", () => {
        assert.are.equal("start!", typed(["!"], undefined, undefined, undefined, "start"));
        assert.are.equal("star", typed([keys.backspace], undefined, undefined, undefined, "start"));
    });
    it("scrolls a line that is longer than the row", () => {
        assert.are.equal("abcdefghijklmnop", typed(["abcdefghijklmnop"]));
        assert.are.equal("fghijklmnop", row());
    });
    it("ends on terminate", () => {
        os.queueEvent("terminate");
        const [ok, problem] = pcall(() => typed([]));
        assert.is_false(ok);
        assert.are.equal("Terminated", problem);
        // What typed had queued is still there.
        os.pullEvent("key");
    });
    it("wants its options to be what they are", () => {
        assert.error_matches(() => read(5), "bad argument #1 .*string expected, got number");
        assert.error_matches(() => read(undefined, "x"), "bad argument #2 .*table expected, got string");
    });
});

describe("read keys", () => {
    it("left and right move in the line", () => {
        assert.are.equal("a-b+c", typed(["abc", keys.left, keys.left, "-", keys.right, "+"]));
    });
    it("home and end go to its ends", () => {
        assert.are.equal("<abc>", typed(["abc", keys.home, "<", keys.end, ">"]));
    });
    it("backspace takes away what is before", () => {
        assert.are.equal("ac", typed(["abc", keys.left, keys.backspace]));
    });
    it("backspace at the start does nothing", () => {
        assert.are.equal("a", typed(["a", keys.home, keys.backspace]));
    });
    it("delete takes away what is after", () => {
        assert.are.equal("bc", typed(["abc", keys.home, keys.delete]));
    });
    it("left stops at the start and right at the end", () => {
        assert.are.equal("-a", typed(["a", keys.left, keys.left, "-"]));
        assert.are.equal("a-", typed(["a", keys.right, "-"]));
    });
});

describe("read history", () => {
    const history = ["first", "second"];

    it("up gives the latest, then those before", () => {
        assert.are.equal("second", typed([keys.up], undefined, history));
        assert.are.equal("first", typed([keys.up, keys.up], undefined, history));
    });
    it("up stops at the first", () => {
        assert.are.equal("first", typed([keys.up, keys.up, keys.up], undefined, history));
    });
    it("down comes back, and ends in an empty line", () => {
        assert.are.equal("second", typed([keys.up, keys.up, keys.down], undefined, history));
        assert.are.equal("", typed([keys.up, keys.down], undefined, history));
    });
    it("a line of it can be changed", () => {
        assert.are.equal("second!", typed([keys.up, "!"], undefined, history));
        assert.are.same(["first", "second"], history);
    });
});

describe("read completion", () => {
    const complete = (text: string): string[] => (text === "h" ? ["ello", "i"] : []);

    it("tab takes the first", () => {
        assert.are.equal("hello", typed(["h", keys.tab], undefined, undefined, complete));
    });
    it("right at the end takes it, too", () => {
        assert.are.equal("hello", typed(["h", keys.right], undefined, undefined, complete));
    });
    it("down and up choose", () => {
        assert.are.equal("hi", typed(["h", keys.down, keys.tab], undefined, undefined, complete));
        assert.are.equal("hi", typed(["h", keys.up, keys.tab], undefined, undefined, complete));
    });
    it("enter leaves it out, from the screen too", () => {
        assert.are.equal("h", typed(["h"], undefined, undefined, complete));
        assert.are.equal("h", row());
    });
});
