/** A computer on which an answer is shown while it is written, piece by piece as a test says. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, vi } from "vitest";
import { boot, fontToUnicode, type Computer, type ComputerOptions } from "craftos-headless";
import { installPackages } from "../../tools/harness/disk.ts";
import { bytes } from "../../tools/lua/index.ts";
import { importSource } from "../unit/support/lua-library.ts";
import { temporaryFolder } from "./libai-support.ts";

/** Stands in for a server that tells what it writes: each event `step` is one thing that it tells. */
const PLAY = `
    local waiting = require("/apis/ai/view/waiting")
    local options = { isVerbose = false, isQuiet = false, isAttended = true, showsReasoning = false }
    for _, flag in ipairs({ ... }) do options[flag] = not options[flag] end
    local function call()
        options.onProgress({ phase = "working", seconds = 0 })
        while true do
            local _, what, text, more = os.pullEvent("step")
            if what == "text" and options.onText then options.onText(text) end
            if what == "reasoning" and options.onReasoning then options.onReasoning(text) end
            if what == "tool" then
                options.onTool({ tool = "bash", status = "completed", title = text, files = {}, seconds = 0.1 })
            end
            if what == "phase" then options.onProgress({ phase = text, seconds = 0, message = more }) end
            if what == "permission" then
                local reply
                parallel.waitForAny(function()
                    reply = options.onPermission({ kind = "bash", command = text, patterns = {}, always = {} }).reply
                end, function()
                    while true do
                        local _, _, piece = os.pullEvent("step")
                        options.onText(piece)
                    end
                end)
                options.onProgress({ phase = "allowed " .. reply, seconds = 0, message = "bash: " .. text })
                options.onProgress({ phase = "working", seconds = 0 })
            end
            if what == "end" then return { text = text, seconds = 1 } end
            if what == "fail" then error({ code = "x", message = "It failed.", hint = "Ask again.", text = text }, 0) end
            if what == "call" then load(text, "=call", "t", setmetatable({ options = options }, { __index = _ENV }))() end
        end
    end
    local ok, reply = pcall(waiting.waitForTurn, options, call)
    if not ok and type(reply) == "table" then
        require("/apis/ai/view/answer").showWritten(reply.text)
        require("/apis/trapos/screen").fail(reply)
    elseif not ok then error(reply, 0)
    elseif reply then require("/apis/ai/view/answer").showReply(options, reply) end
    print("the end")
`;

/** A shell in a window that is as large as the screen: it knows what it shows. */
const WINDOW = `
    local native = term.current()
    local shown = window.create(native, 1, 1, native.getSize())
    term.redirect(shown)
    parallel.waitForAny(function()
        while true do
            os.pullEventRaw("term_resize")
            shown.reposition(1, 1, native.getSize())
        end
    end, function() shell.run("shell") end)
`;

/** How many rows may be free at the bottom of a screen that is full otherwise. */
const MOST_FREE = 3;

/** What is told. */
export type What = "text" | "reasoning" | "tool" | "phase" | "permission" | "end" | "fail" | "call";

export interface Screen extends Pick<ComputerOptions, "width" | "height" | "colour"> {
    width: number;
    height: number;
    isWindow?: boolean;
}

/** A computer that shows what is written. */
export interface Play {
    readonly computer: Computer;
    /** What stood on the screen before. */
    readonly head: readonly string[];
    tell(what: What, ...texts: string[]): void;
    /**
     * Waits until the screen shows the end of some rows, and behind them the moving line.
     * @param rows all that was shown so far
     */
    shows(rows: readonly string[]): Promise<void>;
}

/** The rows of a screen without what is empty at their ends and at the end of all, and the moving line as "~". */
export function rowsOf(computer: Computer): string[] {
    const rows = computer.screen().map((row) => row.trimEnd().replace(/^[|/\\-] \d+ s( .*)?$/, "~"));
    while (rows.at(-1) === "") rows.pop();
    return rows;
}

/**
 * Waits until the screen shows the end of some rows.
 * @param least how many of them it shows at least
 */
export async function ends(computer: Computer, rows: readonly string[], least: number): Promise<void> {
    await vi.waitFor(
        () => {
            const shown = rowsOf(computer);
            expect(shown).toEqual(rows.slice(-Math.max(shown.length, least)));
        },
        { timeout: 10_000, interval: 10 },
    );
}

/**
 * Begins to show.
 * @param flags options of the command that are other than usual
 */
export async function play(screen: Screen, flags: readonly string[] = []): Promise<Play> {
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos-link"]);
    await writeFile(join(disk, "play.lua"), PLAY);
    await writeFile(join(disk, "windowed.lua"), WINDOW);
    const { width, height, colour } = screen;
    const computer = await boot({ disk, width, height, colour });
    onTestFinished(() => computer.close());
    await computer.waitForText(">");
    if (screen.isWindow === true) {
        await computer.type("windowed\n");
        await computer.waitForText(/^CraftOS[^>]*\n> ?$/, { sinceInput: true });
    }
    await computer.type(`play ${flags.join(" ")}\n`);
    await vi.waitFor(() => expect(rowsOf(computer).at(-1)).toBe("~"), { timeout: 10_000, interval: 10 });
    return {
        computer,
        head: rowsOf(computer).slice(0, -1),
        tell(what, ...texts) {
            computer.queue("step", what, ...texts.map(bytes));
        },
        async shows(rows) {
            // What shrinks leaves rows free at the bottom: the screen does not scroll back.
            const least = Math.min(rows.length + 1, height - MOST_FREE);
            await ends(computer, [...rows, "~"], least);
        },
    };
}

interface LayoutModule {
    layOut: (
        source: string,
        width: number,
        hasGround: boolean,
        emit: (row: { text: string; style: string }[]) => void,
    ) => void;
}

const { layOut } = await importSource<LayoutModule>("src/apis/ai/markdown/layout.ts");

/** The rows of an answer as they stand on a screen. */
export function answerRows(answer: string, { width, colour }: Screen): string[] {
    const rows: string[] = [];
    layOut(bytes(answer), width, colour !== false, (row) => {
        const text = row.map((span) => span.text).join("");
        rows.push(fontToUnicode(Buffer.from(text, "latin1")).trimEnd());
    });
    return rows;
}
