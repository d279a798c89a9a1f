import type { View } from "./drawing.ts";
import type { Input } from "./input.ts";

/** What the mouse does in a terminal, as events of a computer. Pure: who calls keeps what is pressed. */

/** A button of the mouse that is down, and the cell of the computer's screen where it was last. */
export interface Pressed {
    readonly button: number;
    readonly x: number;
    readonly y: number;
}

/** An event as a program gets it. */
export type MouseEvent = [
    name: "mouse_click" | "mouse_drag" | "mouse_up" | "mouse_scroll",
    buttonOrDirection: number,
    x: number,
    y: number,
];

/**
 * Tells what a computer learns of a click, a move or the wheel. Outside of its screen nothing begins, and what began on it goes
 * on at its edge.
 * @param one what the mouse did, in cells of the terminal
 * @param view the part of the computer's screen that the terminal shows
 * @param before the button that was down until now
 * @returns the event, if there is one, and the button that is down from now on
 */
export function mouseEvent(
    one: Extract<Input, { kind: "mouse" | "scroll" }>,
    view: View,
    before: Pressed | undefined,
): { event?: MouseEvent; pressed: Pressed | undefined } {
    const isOnScreen = one.x <= view.width && one.y <= view.height;
    const x = Math.min(one.x, view.width) + view.left;
    const y = Math.min(one.y, view.height) + view.top;
    if (one.kind === "scroll") {
        return isOnScreen
            ? { event: ["mouse_scroll", one.direction, x, y], pressed: before }
            : { pressed: before };
    }
    const here = { button: one.button, x, y };
    if (one.action === "click") {
        return isOnScreen ? { event: ["mouse_click", one.button, x, y], pressed: here } : { pressed: before };
    }
    if (before?.button !== one.button) return { pressed: before };
    if (one.action === "up") return { event: ["mouse_up", one.button, x, y], pressed: undefined };
    const hasMoved = before.x !== x || before.y !== y;
    return hasMoved ? { event: ["mouse_drag", one.button, x, y], pressed: here } : { pressed: before };
}
