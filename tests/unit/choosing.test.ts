/** A caret on one of many rows: the same cases on the source in Node and on the compiled Lua. */
import { describe, expect, test } from "vitest";
import { runLua, toLua } from "../../tools/lua/index.ts";
import { importSource } from "./support/lua-library.ts";

interface Choosing {
    caret: number;
    top: number;
    shown: number[];
}

interface Action {
    letter: string;
    purpose: string;
}

interface ChoosingModule {
    choosingFrom: (texts: string[], index: number, height: number, word: string) => Choosing;
    chosen: (choosing: Choosing) => number | undefined;
    moved: (choosing: Choosing, move: string) => Choosing;
    narrowed: (choosing: Choosing, word: string) => Choosing;
    clicked: (choosing: Choosing, y: number) => [Choosing, boolean];
    legend: (choosing: Choosing, enter: string, actions: Action[], width: number) => string;
}

const source = await importSource<ChoosingModule>("src/apis/trapos/choosing.ts");

const texts = Array.from({ length: 40 }, (_, index) => `row ${index + 1}${index % 7 === 0 ? " Seven" : ""}`);

/** A move, "click <y>", or "/word". */
type Step = string;

/** The place of the chosen row, the first place in sight and how many are shown, after each step. */
const cases: [
    name: string,
    index: number,
    steps: [step: Step, chosen: number | undefined, top: number, shown: number][],
][] = [
    [
        "arrows",
        1,
        [
            ["down", 2, 1, 40],
            ["up", 1, 1, 40],
            ["up", 1, 1, 40],
        ],
    ],
    [
        "pages",
        1,
        [
            ["pageDown", 10, 1, 40],
            ["pageDown", 19, 10, 40],
            ["pageUp", 10, 10, 40],
            ["pageUp", 1, 1, 40],
        ],
    ],
    [
        "ends",
        5,
        [
            ["end", 40, 31, 40],
            ["down", 40, 31, 40],
            ["up", 39, 31, 40],
            ["home", 1, 1, 40],
        ],
    ],
    ["a row in the middle at first", 25, [["down", 26, 17, 40]]],
    ["a row that is not there at first", 99, [["up", 39, 31, 40]]],
    [
        "the wheel takes the caret along",
        1,
        [
            ["wheelDown", 4, 4, 40],
            ["down", 5, 4, 40],
            ["wheelUp", 5, 1, 40],
        ],
    ],
    [
        "the wheel leaves the caret in sight",
        9,
        [
            ["wheelDown", 9, 4, 40],
            ["wheelDown", 9, 7, 40],
            ["wheelUp", 9, 4, 40],
        ],
    ],
    [
        "a click, and a second one",
        1,
        [
            ["click 3", 3, 1, 40],
            ["click 3!", 3, 1, 40],
        ],
    ],
    [
        "two clicks on two rows",
        1,
        [
            ["click 3", 3, 1, 40],
            ["click 4", 4, 1, 40],
            ["click 3", 3, 1, 40],
        ],
    ],
    [
        "a key between two clicks",
        1,
        [
            ["click 3", 3, 1, 40],
            ["down", 4, 1, 40],
            ["up", 3, 1, 40],
            ["click 3", 3, 1, 40],
        ],
    ],
    [
        "a click on the caret's row",
        3,
        [
            ["click 3", 3, 1, 40],
            ["click 3!", 3, 1, 40],
        ],
    ],
    [
        "a click below all rows",
        1,
        [
            ["/row 4 ", undefined, 1, 0],
            ["/row 40", 40, 1, 1],
            ["click 3", 40, 1, 1],
        ],
    ],
    ["a click on the last row of the screen", 1, [["click 11", 1, 1, 40]]],
    [
        "a word",
        10,
        [
            ["/sEVEN", 15, 1, 6],
            ["down", 22, 1, 6],
            ["end", 36, 1, 6],
            ["/", 36, 27, 40],
        ],
    ],
    ["a word above", 40, [["/seven", 36, 1, 6]]],
    [
        "a word that is nowhere",
        10,
        [
            ["/%", undefined, 1, 0],
            ["down", undefined, 1, 0],
            ["click 1", undefined, 1, 0],
            ["wheelDown", undefined, 1, 0],
            ["/", 1, 1, 40],
        ],
    ],
];

function play(index: number, steps: Step[]): unknown[] {
    let choosing = source.choosingFrom(texts, index, 10, "");
    return steps.map((step) => {
        let isSecond = false;
        if (step.startsWith("/")) choosing = source.narrowed(choosing, step.slice(1));
        else if (step.startsWith("click"))
            [choosing, isSecond] = source.clicked(choosing, parseInt(step.slice(6)));
        else choosing = source.moved(choosing, step);
        return [isSecond, source.chosen(choosing) ?? 0, choosing.top, choosing.shown.length];
    });
}

describe("a caret", () => {
    test.each(cases)("%s", (_name, index, steps) => {
        const expected = steps.map(([step, chosen, top, shown]) => [
            step.endsWith("!"),
            chosen ?? 0,
            top,
            shown,
        ]);
        const names = steps.map(([step]) => step);
        expect(play(index, names)).toEqual(expected);
        const [lua] = runLua(`
            local module = require("/apis/trapos/choosing")
            local choosing = module.choosingFrom(${toLua(texts)}, ${index}, 10, "")
            local results = {}
            for index, step in ipairs(${toLua(names)}) do
                local isSecond = false
                if step:sub(1, 1) == "/" then choosing = module.narrowed(choosing, step:sub(2))
                elseif step:sub(1, 5) == "click" then choosing, isSecond = module.clicked(choosing, tonumber(step:match("%d+")))
                else choosing = module.moved(choosing, step) end
                results[index] = { isSecond, module.chosen(choosing) or 0, choosing.top, #choosing.shown }
            end
            return results`);
        expect(lua).toEqual(expected);
    });
});

describe("what the keys do", () => {
    const actions: Action[] = [
        { letter: "r", purpose: "rename" },
        { letter: "d", purpose: "delete" },
        { letter: "f", purpose: "fork" },
    ];
    test.each<[width: number, word: string, actions: Action[], legend: string]>([
        [51, "", actions, "3/40  Enter:use Rename Delete Fork /:find Quit"],
        [51, "row", actions, "3/40 /row  Enter:use Rename Delete Fork /:find Quit"],
        [39, "", actions, "Enter:use Rename Delete Fork / Quit"],
        [34, "", actions, "3/40  Rename Delete Fork / Quit"],
        [26, "", actions, "Rename Delete Fork / Quit"],
        [24, "", actions, "Rename Delete Fork Quit"],
        [20, "", actions, "r d f / q"],
        [4, "", actions, "r d "],
        [26, "", [], "3/40  Enter:use /:find Quit".slice(6)],
        [51, "", [{ letter: "x", purpose: "delete" }], "3/40  Enter:use x:delete /:find Quit"],
    ])("on %d columns, narrowed by %j", (width, word, given, legend) => {
        const choosing = source.choosingFrom(texts, 3, 10, word);
        expect(source.legend(choosing, "use", given, width)).toBe(legend);
        const [lua] = runLua(`
            local module = require("/apis/trapos/choosing")
            return module.legend(module.choosingFrom(${toLua(texts)}, 3, 10, ${toLua(word)}), "use", ${toLua(given)}, ${width})`);
        expect(lua).toBe(legend);
    });
});
