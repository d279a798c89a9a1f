/** What a computer learns of the mouse, whose terminal may be larger or smaller than its screen. */
import { expect, it } from "vitest";
import { mouseEvent, type Pressed } from "../src/cli/mouse.ts";

/** The terminal shows 20 x 10 characters of the screen, from the one right of 30 and below 5 on. */
const view = { width: 20, height: 10, left: 30, top: 5 };
const left = (x: number, y: number): Pressed => ({ button: 1, x, y });
const mouse = (action: "click" | "drag" | "up", x: number, y: number, button = 1) =>
    ({ kind: "mouse", action, button, x, y }) as const;
const wheel = (x: number, y: number) => ({ kind: "scroll", direction: -1, x, y }) as const;

it.each([
    ["a click", mouse("click", 2, 3), undefined, ["mouse_click", 1, 32, 8], left(32, 8)],
    ["a click beside the screen", mouse("click", 21, 3), undefined, undefined, undefined],
    ["a click below the screen", mouse("click", 2, 11), undefined, undefined, undefined],
    ["a move", mouse("drag", 3, 3), left(32, 8), ["mouse_drag", 1, 33, 8], left(33, 8)],
    ["a move within a cell", mouse("drag", 2, 3), left(32, 8), undefined, left(32, 8)],
    ["a move out of the screen", mouse("drag", 25, 14), left(32, 8), ["mouse_drag", 1, 50, 15], left(50, 15)],
    ["a move that began beside the screen", mouse("drag", 3, 3), undefined, undefined, undefined],
    ["a move of another button", mouse("drag", 3, 3, 2), left(32, 8), undefined, left(32, 8)],
    ["letting go", mouse("up", 4, 4), left(32, 8), ["mouse_up", 1, 34, 9], undefined],
    ["letting go beside the screen", mouse("up", 25, 4), left(32, 8), ["mouse_up", 1, 50, 9], undefined],
    ["letting another button go", mouse("up", 4, 4, 3), left(32, 8), undefined, left(32, 8)],
    ["the wheel", wheel(2, 3), left(32, 8), ["mouse_scroll", -1, 32, 8], left(32, 8)],
    ["the wheel beside the screen", wheel(21, 3), undefined, undefined, undefined],
] as const)("%s", (_, input, before, event, pressed) => {
    const found = mouseEvent(input, view, before);
    expect({ event: found.event, pressed: found.pressed }).toEqual({ event, pressed });
});
