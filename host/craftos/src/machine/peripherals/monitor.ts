import { LuaError } from "../lua-vm.ts";
import { nativeColour } from "../palette.ts";
import { Terminal } from "../terminal.ts";
import { checkBoolean, checkNumber, checkText, checkWhole, toText } from "./arguments.ts";
import type { ReceivedValue } from "../wire.ts";
import type { AttachedComputer, Peripheral, PeripheralMethod } from "./peripheral.ts";

/** In blocks. Source: MonitorBlockEntity and ServerMonitor in CC: Tweaked. */
const FRAME = 2.5 / 16;
const PIXEL = 1 / 64;
const CHARACTER = { width: 6, height: 9 };

function charactersIn(blocks: number, scale: number, pixels: number): number {
    return Math.max(1, Math.round((blocks - 2 * FRAME) / (scale * pixels * PIXEL)));
}

/** The place 0-15 of a colour that is a power of two; of any other number, the place of its highest bit. */
function checkColour(index: number, value: ReceivedValue): number {
    const colour = checkWhole(index, value);
    if (colour <= 0 || colour > 65535) throw new LuaError("Colour out of range");
    return Math.floor(Math.log2(colour));
}

/** A monitor of some blocks. Its size in characters goes by its text scale, which is 1 at first. */
export class Monitor implements Peripheral {
    readonly type = "monitor";
    readonly methods: Readonly<Record<string, PeripheralMethod>>;
    private readonly terminal: Terminal;
    private readonly colour: boolean;
    private readonly blocks: { width: number; height: number };
    private readonly computers = new Set<AttachedComputer>();
    private scale = 1;

    /**
     * @param options.width in blocks, and `height`: 1 unless given
     * @param options.colour whether it is an advanced one, which it is unless this is false
     */
    constructor(options: { width?: number; height?: number; colour?: boolean } = {}) {
        this.blocks = { width: options.width ?? 1, height: options.height ?? 1 };
        this.colour = options.colour ?? true;
        const { width, height } = this.size();
        this.terminal = new Terminal(width, height);
        this.methods = { ...this.terminalMethods(), ...this.scaleMethods() };
    }

    /** What it shows, one string a row. */
    screen(): string[] {
        return this.terminal.screen();
    }

    /** A player touches a character of it: an advanced monitor queues `monitor_touch`. */
    touch(x: number, y: number): void {
        if (!this.colour) throw new Error("A monitor without colour cannot be touched");
        for (const computer of this.computers) computer.queue("monitor_touch", computer.side, x, y);
    }

    attach(computer: AttachedComputer): void {
        this.computers.add(computer);
    }

    detach(computer: AttachedComputer): void {
        this.computers.delete(computer);
    }

    private size(): { width: number; height: number } {
        return {
            width: charactersIn(this.blocks.width, this.scale, CHARACTER.width),
            height: charactersIn(this.blocks.height, this.scale, CHARACTER.height),
        };
    }

    private scaleMethods(): Record<string, PeripheralMethod> {
        return {
            setTextScale: (_, given) => {
                const halves = Math.trunc(checkNumber(1, given) * 2);
                if (halves < 1 || halves > 10) throw new LuaError("Expected number in range 0.5-5");
                this.scale = halves / 2;
                const { width, height } = this.size();
                if (width === this.terminal.width && height === this.terminal.height) return;
                this.terminal.resize(width, height);
                this.terminal.clear();
                for (const computer of this.computers) computer.queue("monitor_resize", computer.side);
            },
            getTextScale: () => [this.scale],
        };
    }

    private terminalMethods(): Record<string, PeripheralMethod> {
        const { terminal } = this;
        const colourMethods: Record<string, PeripheralMethod> = {
            getTextColour: () => [2 ** terminal.textColour],
            setTextColour: (_, colour) => {
                terminal.textColour = checkColour(1, colour);
            },
            getBackgroundColour: () => [2 ** terminal.backgroundColour],
            setBackgroundColour: (_, colour) => {
                terminal.backgroundColour = checkColour(1, colour);
            },
            isColour: () => [this.colour],
            setPaletteColour: (_, colour, ...values) => {
                const place = checkColour(1, colour);
                if (values.length === 1) {
                    const rgb = checkWhole(2, values[0]);
                    terminal.palette.set(place, [
                        ((rgb >> 16) & 255) / 255,
                        ((rgb >> 8) & 255) / 255,
                        (rgb & 255) / 255,
                    ]);
                } else {
                    const [red, green, blue] = values;
                    terminal.palette.set(place, [
                        checkNumber(2, red),
                        checkNumber(3, green),
                        checkNumber(4, blue),
                    ]);
                }
            },
            getPaletteColour: (_, colour) => terminal.palette.get(checkColour(1, colour)),
            nativePaletteColour: (_, colour) => nativeColour(checkColour(1, colour)),
        };
        const american = Object.entries(colourMethods).map(([name, method]): [string, PeripheralMethod] => [
            name.replace("Colour", "Color"),
            method,
        ]);
        return {
            ...colourMethods,
            ...Object.fromEntries(american),
            write: (_, text) => terminal.write(toText(text)),
            blit: (_, text, textColours, backgroundColours) => {
                const [shown, front, back] = [
                    checkText(1, text),
                    checkText(2, textColours),
                    checkText(3, backgroundColours),
                ];
                if (front.length !== shown.length || back.length !== shown.length) {
                    throw new LuaError("Arguments must be the same length");
                }
                terminal.blit(shown, front, back);
            },
            scroll: (_, lines) => terminal.scroll(checkWhole(1, lines)),
            clear: () => terminal.clear(),
            clearLine: () => terminal.clearLine(),
            getCursorPos: () => [terminal.cursorX, terminal.cursorY],
            setCursorPos: (_, x, y) => {
                [terminal.cursorX, terminal.cursorY] = [checkWhole(1, x), checkWhole(2, y)];
            },
            getCursorBlink: () => [terminal.cursorBlink],
            setCursorBlink: (_, on) => {
                terminal.cursorBlink = checkBoolean(1, on);
            },
            getSize: () => [terminal.width, terminal.height],
        };
    }
}
