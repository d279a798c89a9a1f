/** A screen of any size within a computer, which knows all that is drawn on it. */

/**
 * Lua: `onScreen(width, height, colour, act)` runs something on a screen of its own. It returns a table with the `count`
 * of its used rows and the first 40 `rows` of them (or as many as the global `rowsKept` says), what was drawn `outside` of it, how often a row was `cleared` and the `problem` that was raised.
 */
export const onScreen = `
    local function onScreen(width, height, colour, act)
        local screen = window.create(term.native(), 1, 1, width, height, false)
        local result = { rows = {}, count = 0, outside = {}, cleared = 0 }
        local recorder = setmetatable({}, { __index = screen })
        function recorder.isColour() return colour end
        recorder.isColor = recorder.isColour
        function recorder.write(text)
            local x, y = screen.getCursorPos()
            local beyond = y < 1 or y > height or x < 1
            if beyond or text:sub(math.max(width - x + 2, 1)):find("[^ ]") then
                result.outside[#result.outside + 1] = x .. "," .. y .. ": " .. text:sub(1, 200)
            end
            return screen.write(text)
        end
        function recorder.clearLine()
            result.cleared = result.cleared + 1
            return screen.clearLine()
        end
        local before = term.redirect(recorder)
        local ok, problem = pcall(act, screen)
        term.redirect(before)
        if not ok then result.problem = tostring(problem) end
        local _, last = screen.getCursorPos()
        for y = 1, math.min(last, height) do
            local row = screen.getLine(y):gsub(" +$", "")
            if y < last or row ~= "" then
                result.count = y
                if y <= (rowsKept or 40) then result.rows[y] = row end
            end
        end
        -- Many of these in a row would run for too long without a pause.
        os.queueEvent("shown") os.pullEvent("shown")
        return result
    end
`;

/** What `onScreen` returns. */
export interface Shown {
    readonly rows: readonly string[];
    readonly count: number;
    readonly outside: readonly string[];
    readonly cleared: number;
    readonly problem?: string;
}

/** An empty table of Lua's is an empty object as JSON. */
const list = (value: unknown): string[] => (Array.isArray(value) ? (value as string[]) : []);

/** Reads what `onScreen` returned from JSON. */
export function readShown(value: Shown): Shown {
    return { ...value, rows: list(value.rows), outside: list(value.outside) };
}

/** The words of a text that have room in a row and are nowhere in some rows as a whole. */
export function brokenWords(text: string, rows: readonly string[], width: number): string[] {
    const shown = new Set(rows.flatMap((row) => row.split(" ")));
    return text.split(/\s+/).filter((word) => word.length <= width && word !== "" && !shown.has(word));
}

/** Texts that nobody wants on a screen, by what they are. All are longer than a screen has room for. */
export const hostileTexts: Readonly<Record<string, string>> = {
    "a word of 10 kB": "x".repeat(10_000),
    "a word of 100 kB": "y".repeat(100_000),
    "10 kB of words": "The model is not there. ".repeat(420),
    lines: "a line\n\n\tand another\r\n".repeat(300),
    "a page of HTML": `<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>${"<p>nginx</p>".repeat(500)}</body></html>`,
    "commands of a terminal":
        "\u001b[31mred\u001b[0m\u001b]8;;http://a.b\u0007link\u0007\u009b2J\b\b\f\u0000".repeat(200),
    "other scripts": "日本語 שלום \u202eمرحبا\u202c 🚀🔥 e\u0301 ".repeat(300),
    "braces and percent signs": "{what} {url} %1 %% %d {wanted} ".repeat(300),
    "broken UTF-8": "\u00ff\u0080\ud83d".repeat(500),
};

/** Nothing that only a Lua programmer understands: places in files, tracebacks, addresses of tables. */
export const rawError =
    /\.lua:\d+|stack traceback|attempt to |bad argument|table: |function: |Too long without/;
