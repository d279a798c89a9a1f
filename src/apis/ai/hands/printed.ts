/** What a program prints: on its screen as by any program, and as text of a bounded size. */
import { guarded, type Call, type Gate } from "./gate";

/** The most bytes that are kept; what a model or a player reads of a run is less. */
const MOST = 16000;

/** What was printed in one run. */
export interface Printed {
    readonly pieces: string[];
    length: number;
    /** True while what is drawn is printed by us, and is text already. */
    isPrinting: boolean;
    /** The row in which something was last drawn. */
    row: number;
}

/** Makes an empty one. */
export function makePrinted(): Printed {
    return { pieces: [], length: 0, isPrinting: false, row: 0 };
}

function keep(printed: Printed, text: string): void {
    const room = MOST - printed.length;
    if (room <= 0) return;
    printed.length += text.length;
    table.insert(printed.pieces, text.length > room ? string.sub(text, 1, room) + "\n.." : text);
}

/** All that was printed, ".." at its end where it was more than is kept. */
export function printedText(printed: Printed): string {
    return table.concat(printed.pieces);
}

/** Keeps what is drawn at a place, on a line of its own where it is in another row than what was drawn before. */
function keepDrawn(printed: Printed, row: number, text: string): void {
    if (printed.isPrinting) return;
    if (printed.row !== row && printed.length > 0) keep(printed, "\n");
    printed.row = row;
    keep(printed, text);
}

/**
 * A terminal that passes everything on to another and keeps what is written.
 * @param gate with it the terminal ends
 * @param screen where it goes
 */
export function recorded(gate: Gate, printed: Printed, screen: ITerminal): Record<string, Call> {
    const real = screen as unknown as Record<string, Call>;
    const own: Record<string, Call> = {};
    for (const [name, call] of pairs(real)) {
        if (type(call) === "function") own[name] = guarded(gate, call);
    }
    for (const name of ["write", "blit"]) {
        const draw = real[name]!;
        own[name] = guarded(gate, (...given) => {
            const [text] = select(1, ...given);
            if (type(text) === "string" || type(text) === "number") {
                const [, row] = screen.getCursorPos();
                keepDrawn(printed, row, tostring(text));
            }
            return draw(...given);
        });
    }
    return own;
}

/** `print`, `write`, `printError` and `read`. */
export function printFunctions(gate: Gate, printed: Printed): Record<string, Call> {
    /** Prints a text that is kept as it is, and not as the screen breaks it into rows. */
    function show(call: Call, text: string, ended: string): LuaMultiReturn<unknown[]> {
        keep(printed, text + ended);
        printed.isPrinting = true;
        const [ok, rows] = pcall(call, text);
        printed.isPrinting = false;
        const [, row] = term.getCursorPos();
        printed.row = row;
        if (!ok) error(rows, 0);
        return $multi(rows);
    }
    function joined(...given: unknown[]): string {
        const values = table.pack(...given);
        const texts: string[] = [];
        for (const at of $range(1, values.n)) table.insert(texts, tostring(values[at]));
        return table.concat(texts, "\t");
    }
    return {
        print: guarded(gate, (...given) => show(print as unknown as Call, joined(...given), "\n")),
        printError: guarded(gate, (...given) => show(printError as unknown as Call, joined(...given), "\n")),
        // What is typed is kept once, and not at each key.
        read: guarded(gate, (...given) => {
            printed.isPrinting = true;
            const [ok, line] = pcall(read as unknown as Call, ...given);
            printed.isPrinting = false;
            if (!ok) error(line, 0);
            keep(printed, `${tostring(line)}\n`);
            return $multi(line);
        }),
        write: guarded(gate, (text) => show(write as unknown as Call, tostring(text), "")),
    };
}
