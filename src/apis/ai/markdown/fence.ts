/** The lines around code in Markdown (CommonMark 0.31, section 4.5). Lines are given without what they stand in. */

/** The line above code: how far it is indented, its three or more marks, and what it says of the code. */
export interface Fence {
    readonly indent: number;
    readonly marks: string;
    readonly info: string;
}

/** The most letters of a language's name; what is longer is none. */
const LONGEST_LANGUAGE = 20;

/** The fence that a line opens, if it does. */
export function openedBy(line: string): Fence | undefined {
    let [indent, marks, info] = string.match(line, "^( ? ? ?)(```+)([^`]*)$");
    if (indent === undefined) [indent, marks, info] = string.match(line, "^( ? ? ?)(~~~+)(.*)$");
    return indent === undefined ? undefined : { indent: indent.length, marks: marks!, info: info! };
}

/** Whether a line closes a fence: with as many of its marks or more, and nothing but blanks behind them. */
export function isClosedBy(line: string, fence: Fence): boolean {
    const [ticks] = string.match(line, "^ ? ? ?(```+)%s*$");
    const [marks] = ticks === undefined ? string.match(line, "^ ? ? ?(~~~+)%s*$") : [ticks];
    return marks !== undefined && string.sub(marks, 1, fence.marks.length) === fence.marks;
}

/** The language that a fence names, in small letters: the "lua" of "```lua", "``` Lua title" and "```{.lua}". */
export function languageOf(fence: Fence): string | undefined {
    const [name] = string.match(fence.info, "^%s*{?%.?(%a[%w_+#-]*)");
    return name === undefined || name.length > LONGEST_LANGUAGE ? undefined : string.lower(name);
}
