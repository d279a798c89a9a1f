/** Whether somebody sits before the screen who can turn a page, choose and answer. */

/** False once the program was told that nobody is there. */
let isAttended = true;

/** From here on nothing waits for a key: all of a long text is printed. */
export function unattended(): void {
    isAttended = false;
}

/**
 * Whether what is shown may wait for a key. Not in harness mode (`trapos.harness_mode`), not after `unattended`, and
 * not where what is printed goes elsewhere than to the computer's own screen or a window of it, which knows its lines: to a monitor, which has
 * no keys, or to a program that keeps it.
 */
export function isInteractive(): boolean {
    if (!isAttended || settings.get("trapos.harness_mode") === true) return false;
    const terminal = term.current() as { getLine?: unknown };
    return terminal === term.native() || terminal.getLine !== undefined;
}
