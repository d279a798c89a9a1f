/** The keys and turns of the mouse's wheel by which somebody scrolls. */
import type { Move } from "./scroll";

/**
 * The move that an event asks for, if it is one.
 * @param event the event's name
 * @param what its first value: the key, or the direction of the wheel
 */
export function moveOf(event: string, what: unknown): Move | undefined {
    if (event === "mouse_scroll") return (what as number) < 0 ? "wheelUp" : "wheelDown";
    if (event !== "key") return undefined;
    if (what === keys.up) return "up";
    if (what === keys.down) return "down";
    if (what === keys.pageUp) return "pageUp";
    if (what === keys.pageDown) return "pageDown";
    if (what === keys.home) return "home";
    return what === keys.end ? "end" : undefined;
}
