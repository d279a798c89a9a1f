/** Files of this computer that are written anew: what changes is shown, their player is asked, and the old one is kept. */
import { foldFile } from "../trapos/font";
import { oneLine } from "../trapos/text";
import { remark } from "../trapos/screen";
import type { Context } from "./command";
import { fail } from "./failure";
import { writeWhole } from "./localfile";
import { confirm, isShownFirst } from "./view/confirm";
import { showCode, showDifference } from "./view/difference";

/** What came of it. */
export interface Written {
    readonly path: string;
    readonly isWritten: boolean;
    /** Where the file is that was there before. */
    readonly old?: string;
}

/** A file's text, or nothing where there is none. Fails with `not_read`, as for a folder. */
export function textOfFile(path: string): string | undefined {
    if (!fs.exists(path)) return undefined;
    if (fs.isDir(path)) throw fail("not_read", { path, what: "it is a folder" });
    const [ok, result] = pcall(() => {
        const [file, problem] = fs.open(path, "r");
        if (file === null || file === undefined) throw problem;
        const text = file.readAll() ?? "";
        file.close();
        return text;
    });
    if (ok) return result;
    throw fail("not_read", { path, what: tostring(result) });
}

/**
 * Shows what changes about a file, asks, and writes it.
 * @param command as it is typed, for the failure where nobody can be asked
 * @param path absolute
 * @param fresh what it will hold, UTF-8: the file has it in the computer's font
 */
export function replaceFile(context: Context, command: string, path: string, fresh: string): Written {
    const before = textOfFile(path);
    const text = foldFile(string.find(fresh, "\n$")[0] === undefined ? `${fresh}\n` : fresh);
    if (before === text) {
        if (!context.options.isQuiet) remark("The file is like that already.");
        return { path, isWritten: false };
    }
    if (isShownFirst(context)) {
        if (before === undefined) showCode(fresh);
        else showDifference(before, text);
    }
    const what = before === undefined ? "Write" : "Replace";
    if (!confirm(context, command, `${what} ${oneLine(path)}?`)) return { path, isWritten: false };
    return { path, isWritten: true, old: writeWhole(path, text, true) };
}

/** Says what came of it. */
export function showWritten(written: Written): void {
    if (!written.isWritten) remark("Nothing was written.");
    else if (written.old === undefined) remark(`Written: ${written.path}`);
    else remark(`Written: ${written.path}. The old one: ${written.old}`);
}
