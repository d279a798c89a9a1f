/** A terminal that knows what it shows, as windows do, in the place of a computer's own screen, which does not tell. */

/** A terminal whose rows can be read. */
export interface Known extends ITerminal {
    getLine(this: void, row: number): LuaMultiReturn<[text: string, colours: string, grounds: string]>;
    /** Follows the screen's size; absent where that happens by itself. */
    fitScreen?: (this: void) => void;
}

/** What changes a terminal where its cursor is. */
const WRITES = "write blit clearLine";
/** What else changes it, by its names of both spellings. */
const CHANGES = "clear scroll setCursorPos setTextColour setTextColor setBackgroundColour setBackgroundColor";

type Act = (this: void, ...given: unknown[]) => void;

/** A window that nobody sees, of the size of a screen, and with its cursor where that has its own. */
function shadowOf(screen: ITerminal): Known & { reposition(this: void, ...place: number[]): void } {
    const [width, height] = screen.getSize();
    const shadow = window.create(screen, 1, 1, width, height, false);
    const [x, y] = screen.getCursorPos();
    shadow.setCursorPos(x, y);
    shadow.setTextColour(screen.getTextColour());
    shadow.setBackgroundColour(screen.getBackgroundColour());
    return shadow as unknown as ReturnType<typeof shadowOf>;
}

/**
 * Makes a terminal on a screen that knows its rows: all that is done to it is done to the screen, and to a window which nobody sees. What
 * stood on the screen before stays there, and is not known.
 * @param screen one that knows its rows stays as it is
 */
export function recorded(screen: ITerminal): Known {
    if ((screen as Partial<Known>).getLine !== undefined) return screen as Known;
    const shadow = shadowOf(screen);
    const shadowing = shadow as unknown as Record<string, Act>;
    const terminal: Record<string, unknown> = {};
    for (const [name, act] of pairs(screen as unknown as Record<string, unknown>)) terminal[name] = act;
    for (const [name] of string.gmatch(CHANGES, "%S+")) {
        const act = terminal[name!] as Act;
        const note = shadowing[name!]!;
        terminal[name!] = (...given: unknown[]) => {
            act(...given);
            note(...given);
        };
    }
    const moveShadow = shadowing.setCursorPos!;
    for (const [name] of string.gmatch(WRITES, "%S+")) {
        const act = terminal[name!] as Act;
        const note = shadowing[name!]!;
        terminal[name!] = (...given: unknown[]) => {
            // A program may have drawn on the screen itself, and so moved its cursor.
            const [x, y] = screen.getCursorPos();
            act(...given);
            moveShadow(x, y);
            note(...given);
        };
    }
    terminal.getLine = shadow.getLine;
    terminal.fitScreen = () => {
        const [width, height] = screen.getSize();
        const [shadowWidth, shadowHeight] = shadow.getSize();
        if (width !== shadowWidth || height !== shadowHeight) shadow.reposition(1, 1, width, height);
    };
    return terminal as unknown as Known;
}
