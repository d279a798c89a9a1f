import type { HostFunctions } from "./lua-vm.ts";
import { nativeColour } from "./palette.ts";
import type { Terminal } from "./terminal.ts";

/** What term is in Node. Colours are places 0 to 15. */
export function termFunctions(terminal: Terminal): HostFunctions {
    return {
        "term.write": (text: string, skipped?: number, length?: number) =>
            terminal.write(text, skipped, length),
        "term.blit": (
            text: string,
            textColours: string,
            backgroundColours: string,
            skipped?: number,
            length?: number,
        ) => terminal.blit(text, textColours, backgroundColours, skipped, length),
        "term.scroll": (lines: number) => terminal.scroll(lines),
        "term.clear": () => terminal.clear(),
        "term.clearLine": () => terminal.clearLine(),
        "term.setCursorPos": (x: number, y: number) => {
            terminal.cursorX = x;
            terminal.cursorY = y;
        },
        "term.setCursorBlink": (on: boolean) => {
            terminal.cursorBlink = on;
        },
        "term.setTextColour": (place: number) => {
            terminal.textColour = place;
        },
        "term.setBackgroundColour": (place: number) => {
            terminal.backgroundColour = place;
        },
        "term.setPaletteColour": (place: number, red: number, green: number, blue: number) =>
            terminal.palette.set(place, [red, green, blue]),
        "term.getPaletteColour": (place: number) => terminal.palette.get(place),
        "term.nativePaletteColour": (place: number) => nativeColour(place),
    };
}
