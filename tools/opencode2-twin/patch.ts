/** The patches that opencode's tool `patch` takes: files between "*** Begin Patch" and "*** End Patch". */

/** What a patch does to one file. */
export type PatchedFile =
    | { readonly kind: "add"; readonly path: string; readonly content: string }
    | { readonly kind: "delete"; readonly path: string }
    | {
          readonly kind: "update";
          readonly path: string;
          readonly moveTo?: string;
          /** Lines that are to be found, and what comes in their place. */
          readonly chunks: readonly { readonly old: readonly string[]; readonly now: readonly string[] }[];
      };

function chunksOf(lines: readonly string[]): { old: string[]; now: string[] }[] {
    const chunks: { old: string[]; now: string[] }[] = [{ old: [], now: [] }];
    for (const line of lines) {
        const chunk = chunks.at(-1);
        if (line.startsWith("@@")) chunks.push({ old: [], now: [] });
        else if (line.startsWith("-")) chunk?.old.push(line.slice(1));
        else if (line.startsWith("+")) chunk?.now.push(line.slice(1));
        else if (line !== "*** End of File") {
            chunk?.old.push(line.slice(1));
            chunk?.now.push(line.slice(1));
        }
    }
    return chunks.filter(({ old, now }) => old.length > 0 || now.length > 0);
}

/**
 * Reads a patch.
 * @throws Error where it is none
 */
export function readPatch(text: string): PatchedFile[] {
    const lines = text.trim().split("\n");
    if (lines[0] !== "*** Begin Patch" || lines.at(-1) !== "*** End Patch")
        throw new Error('A patch begins with "*** Begin Patch" and ends with "*** End Patch".');
    const files: PatchedFile[] = [];
    const inner = lines.slice(1, -1);
    const isHead = (line: string): boolean => /^\*\*\* (Add|Delete|Update) File: /.test(line);
    for (let index = 0; index < inner.length;) {
        const [, kind, path = ""] = /^\*\*\* (Add|Delete|Update) File: (.+)$/.exec(inner[index] ?? "") ?? [];
        if (kind === undefined) throw new Error(`This belongs to no file of the patch: ${inner[index]}`);
        const next = inner.findIndex((line, at) => at > index && isHead(line));
        const body = inner.slice(index + 1, next < 0 ? inner.length : next);
        index += 1 + body.length;
        if (kind === "Delete") {
            files.push({ kind: "delete", path });
        } else if (kind === "Add") {
            const content = body.map((line) => `${line.replace(/^\+/, "")}\n`).join("");
            files.push({ kind: "add", path, content });
        } else {
            const [, moveTo] = /^\*\*\* Move to: (.+)$/.exec(body[0] ?? "") ?? [];
            const chunks = chunksOf(moveTo === undefined ? body : body.slice(1));
            files.push({ kind: "update", path, ...(moveTo === undefined ? {} : { moveTo }), chunks });
        }
    }
    return files;
}

/**
 * Changes a file's content as a patch says.
 * @throws Error where the lines that it names are not there
 */
export function applyChunks(
    content: string,
    chunks: readonly { readonly old: readonly string[]; readonly now: readonly string[] }[],
): string {
    let result = content;
    for (const { old, now } of chunks) {
        const wanted = old.join("\n");
        if (wanted === "") result += `${now.join("\n")}\n`;
        else if (!result.includes(wanted)) throw new Error(`These lines were not found:\n${wanted}`);
        // A function, so that "$" means itself.
        else result = result.replace(wanted, () => now.join("\n"));
    }
    return result;
}
