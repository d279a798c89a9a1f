/**
 * UTF-8 in the computer's font: `local font = require("/apis/libfont")`.
 *
 * `font.fold(text)` is a text as a screen of CC can show it, one byte a column: what the font has stays itself, for the
 * rest stands the nearest spelling, or "?".
 */
export { fold } from "./trapos/font";
