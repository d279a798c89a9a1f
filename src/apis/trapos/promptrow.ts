/** A row above the one that somebody is typing in. */
import type { Known } from "./recorded";

/**
 * Puts a row in the place of the one that the cursor is on, and that one below it: all that stands in it stays, and so does the
 * cursor's place in it. On the last row of the screen all moves up.
 * @param text in CC's font, no longer than a row
 * @param colour where there are any
 */
export function insertAbove(terminal: Known, text: string, colour: number): void {
    const [x, y] = terminal.getCursorPos();
    const [, height] = terminal.getSize();
    const row = Math.min(Math.max(y, 1), height);
    const [typed, typedColours, typedGrounds] = terminal.getLine(row);
    const textColour = terminal.getTextColour();
    const ground = terminal.getBackgroundColour();
    let place = row;
    terminal.setBackgroundColour(colours.black);
    if (row === height) {
        terminal.scroll(1);
        place -= 1;
    }
    terminal.setCursorPos(1, place);
    terminal.clearLine();
    terminal.setTextColour(terminal.isColour() ? colour : colours.white);
    terminal.write(text);
    terminal.setCursorPos(1, place + 1);
    terminal.blit(typed, typedColours, typedGrounds);
    terminal.setTextColour(textColour);
    terminal.setBackgroundColour(ground);
    terminal.setCursorPos(x, place + 1);
}
