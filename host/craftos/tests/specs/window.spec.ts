/** Windows, as https://tweaked.cc/module/window.html has them. */

let parent: Window;

/** A window of 6 x 3 in the parent, of 10 x 5, at 3, 2. */
function child(visible = true): Window {
    return window.create(parent, 3, 2, 6, 3, visible);
}

before_each(() => {
    parent = window.create(term.current(), 1, 1, 10, 5, false);
});

describe("window create", () => {
    it("starts empty, white on black, with the cursor at 1, 1", () => {
        const made = child();
        assert.are.same(["      ", "000000", "ffffff"], [...made.getLine(1)]);
        assert.are.same([1, 1], [...made.getCursorPos()]);
        assert.are.same([6, 3], [...made.getSize()]);
        assert.are.same([3, 2], [...made.getPosition()]);
        assert.is_false(made.getCursorBlink());
    });
    it("is visible unless told otherwise", () => {
        assert.is_true(child().isVisible());
        assert.is_false(child(false).isVisible());
    });
    it("refuses term itself as its parent", () => {
        assert.error_matches(
            () => window.create(term, 1, 1, 5, 5),
            "term is not a recommended window parent",
        );
    });
    it("needs its place and size", () => {
        assert.error_matches(() => window.create(parent, 1), "bad argument #3");
        assert.error_matches(() => window.create("x", 1, 1, 5, 5), "table expected, got string");
    });
});

describe("window write", () => {
    it("goes to its place in the parent", () => {
        child().write("hello");
        assert.are.equal("  hello   ", parent.getLine(2)[0]);
    });
    it("is cut at the right edge, but moves the cursor on", () => {
        const made = child();
        made.write("too long for it");
        assert.are.equal("too lo", made.getLine(1)[0]);
        assert.are.equal("  too lo  ", parent.getLine(2)[0]);
        assert.are.same([16, 1], [...made.getCursorPos()]);
    });
    it("is cut at the left edge", () => {
        const made = child();
        made.setCursorPos(-1, 2);
        made.write("abcd");
        assert.are.equal("cd    ", made.getLine(2)[0]);
    });
    it("outside of the rows leaves all as it is", () => {
        const made = child();
        made.setCursorPos(1, 4);
        made.write("x");
        for (const y of $range(1, 3)) assert.are.equal("      ", made.getLine(y)[0]);
    });
    it("takes values of other types", () => {
        const made = child();
        made.write(12.5);
        assert.are.equal("12.5  ", made.getLine(1)[0]);
    });
    it("uses the colours that are set", () => {
        const made = child();
        made.setTextColour(colours.red);
        made.setBackgroundColour(colours.blue);
        made.write("ab");
        assert.are.same(["ab    ", "ee0000", "bbffff"], [...made.getLine(1)]);
    });
    it("blit has a colour a character, in either case", () => {
        const made = child();
        made.blit("abc", "0Ef", "fF1");
        assert.are.same(["abc   ", "0ef000", "ff1fff"], [...made.getLine(1)]);
    });
    it("blit wants texts of one length", () => {
        assert.has_error(() => child().blit("abc", "00", "fff"), "Arguments must be the same length");
    });
});

describe("window clear", () => {
    it("fills with the background colour and leaves the cursor", () => {
        const made = child();
        made.setCursorPos(2, 2);
        made.setBackgroundColour(colours.red);
        made.clear();
        assert.are.same(["      ", "000000", "eeeeee"], [...made.getLine(3)]);
        assert.are.same([2, 2], [...made.getCursorPos()]);
    });
    it("clearLine clears the cursor's alone", () => {
        const made = child();
        made.write("one");
        made.setCursorPos(1, 2);
        made.write("two");
        made.clearLine();
        assert.are.equal("one   ", made.getLine(1)[0]);
        assert.are.equal("      ", made.getLine(2)[0]);
    });
    it("scroll moves rows up, or down for a negative number", () => {
        const made = child();
        made.write("one");
        made.setCursorPos(1, 2);
        made.write("two");
        made.scroll(1);
        assert.are.equal("two   ", made.getLine(1)[0]);
        made.scroll(-2);
        assert.are.equal("two   ", made.getLine(3)[0]);
    });
});

describe("window visibility", () => {
    it("an invisible one leaves its parent alone", () => {
        const made = child(false);
        made.write("hidden");
        assert.are.equal("          ", parent.getLine(2)[0]);
        assert.are.equal("hidden", made.getLine(1)[0]);
    });
    it("shows what was written meanwhile", () => {
        const made = child(false);
        made.write("hidden");
        made.setVisible(true);
        assert.are.equal("  hidden  ", parent.getLine(2)[0]);
    });
    it("redraw draws over what others drew", () => {
        const made = child();
        made.write("mine");
        parent.clear();
        assert.are.equal("          ", parent.getLine(2)[0]);
        made.redraw();
        assert.are.equal("  mine    ", parent.getLine(2)[0]);
    });
    it("moves the parent's cursor along", () => {
        const made = child();
        made.setCursorPos(4, 3);
        assert.are.same([6, 4], [...parent.getCursorPos()]);
    });
    it("restoreCursor takes the cursor back", () => {
        const made = child();
        made.setCursorPos(2, 2);
        parent.setCursorPos(9, 5);
        made.restoreCursor();
        assert.are.same([4, 3], [...parent.getCursorPos()]);
    });
});

describe("window reposition", () => {
    it("moves it", () => {
        const made = child();
        made.write("hello");
        parent.clear();
        made.reposition(1, 1);
        assert.are.same([1, 1], [...made.getPosition()]);
        assert.are.equal("hello     ", parent.getLine(1)[0]);
    });
    it("keeps what fits when it gets smaller", () => {
        const made = child();
        made.write("hello");
        made.reposition(3, 2, 3, 2);
        assert.are.same([3, 2], [...made.getSize()]);
        assert.are.equal("hel", made.getLine(1)[0]);
    });
    it("fills up with blanks when it gets larger", () => {
        const made = child();
        made.write("hello");
        made.reposition(1, 1, 8, 5);
        assert.are.equal("hello   ", made.getLine(1)[0]);
        assert.are.equal("        ", made.getLine(5)[0]);
    });
    it("getLine refuses rows that it has not", () => {
        assert.has_error(() => child().getLine(4), "Line is out of range.");
        assert.has_error(() => child().getLine(0), "Line is out of range.");
    });
});

describe("window colours", () => {
    it("get is what was set", () => {
        const made = child();
        made.setTextColour(colours.orange);
        assert.are.equal(colours.orange, made.getTextColour());
        assert.are.equal(colours.black, made.getBackgroundColour());
    });
    it("refuse what is none", () => {
        assert.error_matches(() => child().setTextColour(-1), "Colour out of range");
        assert.error_matches(() => child().setTextColour("red"), "number expected, got string");
    });
    it("each has a palette of its own", () => {
        const made = child(false);
        made.setPaletteColour(colours.red, 0.25, 0.5, 0.75);
        assert.are.same([0.25, 0.5, 0.75], [...made.getPaletteColour(colours.red)]);
        made.setPaletteColour(colours.red, 0xff0000);
        assert.are.same([1, 0, 0], [...made.getPaletteColour(colours.red)]);
    });
});

describe("window term", () => {
    it("redirect sends output there and gives what was before", () => {
        const before = term.redirect(parent);
        term.setCursorPos(1, 1);
        term.write("here");
        const current = term.redirect(before);
        assert.are.equal(parent, current);
        assert.are.equal("here      ", parent.getLine(1)[0]);
    });
    it("write wraps words and scrolls", () => {
        const before = term.redirect(parent);
        const rows = write("one two three four five six seven");
        term.redirect(before);
        assert.are.equal(3, rows);
        assert.are.equal("one two   ", parent.getLine(1)[0]);
    });
    it("write breaks words that are longer than a row", () => {
        const before = term.redirect(parent);
        write("abcdefghijklm");
        term.redirect(before);
        assert.are.equal("abcdefghij", parent.getLine(1)[0]);
        assert.are.equal("klm       ", parent.getLine(2)[0]);
    });
});
