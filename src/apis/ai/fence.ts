/** The lines around code in Markdown (CommonMark 0.31, section 4.5). Lines are given without what they stand in. */

/** The line above code: how far it is indented, and its three or more marks. */
export interface Fence {
    readonly indent: number;
    readonly marks: string;
}

/** The fence that a line opens, if it does. */
export function openedBy(line: string): Fence | undefined {
    let [indent, marks] = string.match(line, "^( ? ? ?)(```+)[^`]*$");
    if (indent === undefined) [indent, marks] = string.match(line, "^( ? ? ?)(~~~+)");
    return indent === undefined ? undefined : { indent: indent.length, marks: marks! };
}

/** Whether a line closes a fence: with as many of its marks or more, and nothing but blanks behind them. */
export function isClosedBy(line: string, fence: Fence): boolean {
    const [ticks] = string.match(line, "^ ? ? ?(```+)%s*$");
    const [marks] = ticks === undefined ? string.match(line, "^ ? ? ?(~~~+)%s*$") : [ticks];
    return marks !== undefined && string.sub(marks, 1, fence.marks.length) === fence.marks;
}
