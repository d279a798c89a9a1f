/** What is shown of something long: the same cases on the source in Node and on the compiled Lua. */
import { expect, test } from "vitest";
import { runLua, toLua } from "../../tools/lua/index.ts";
import { importSource } from "./support/lua-library.ts";

interface Scroll {
    rows: number;
    height: number;
    top: number;
}

interface ScrollModule {
    scrolled(scroll: Scroll, move: string): Scroll;
    placeOf(scroll: Scroll): string;
}

const source = await importSource<ScrollModule>("src/apis/trapos/scroll.ts");

const cases: [rows: number, height: number, top: number, move: string, place: string][] = [
    [140, 17, 1, "down", "2-18 of 140"],
    [140, 17, 1, "up", "1-17 of 140"],
    [140, 17, 1, "pageDown", "17-33 of 140"],
    [140, 17, 17, "pageUp", "1-17 of 140"],
    [140, 17, 20, "home", "1-17 of 140"],
    [140, 17, 20, "end", "124-140 of 140"],
    [140, 17, 124, "down", "124-140 of 140"],
    [140, 17, 123, "pageDown", "124-140 of 140"],
    [140, 17, 10, "wheelDown", "13-29 of 140"],
    [140, 17, 2, "wheelUp", "1-17 of 140"],
    [5, 17, 1, "end", "1-5 of 5"],
    [5, 17, 1, "pageDown", "1-5 of 5"],
    [17, 17, 1, "down", "1-17 of 17"],
    [3, 1, 1, "pageDown", "2-2 of 3"],
];

test.each(cases)("%d rows on %d, from %d on: %s", (rows, height, top, move, place) => {
    const scroll = { rows, height, top };
    expect(source.placeOf(source.scrolled(scroll, move))).toBe(place);
    const [inLua] = runLua(`
        local scroll = require("/apis/trapos/scroll")
        return scroll.placeOf(scroll.scrolled(${toLua(scroll)}, ${toLua(move)}))`);
    expect(inLua).toBe(place);
});
