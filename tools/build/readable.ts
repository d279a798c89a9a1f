/** A piece of Lua source: `name` covers keywords too, `other` whatever is no name, comment or string. */
interface Token {
    readonly kind: "name" | "comment" | "string" | "other";
    readonly text: string;
}

const TOKEN =
    /(--\[(=*)\[[\s\S]*?\]\2\]|--[^\n]*)|(\[(=*)\[[\s\S]*?\]\4\]|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*')|([A-Za-z_]\w*)|(\d[\w.]*|[\s\S])/g;

const KEYWORDS = new Set(
    (
        "and break do else elseif end false for function goto if in local nil not or repeat return then true " +
        "until while"
    ).split(" "),
);

function tokensOf(code: string): Token[] {
    return [...code.matchAll(TOKEN)].map(([text, comment, , string, , name]) => ({
        kind:
            comment !== undefined
                ? "comment"
                : string !== undefined
                  ? "string"
                  : name !== undefined
                    ? "name"
                    : "other",
        text,
    }));
}

/**
 * Gives the locals that the compiler made up (`____exports`, `____text`, `____switch3`) plain names: `exports`, or
 * `exports_` where the file says `exports` itself.
 *
 * Every name that starts with four underscores is the compiler's and local to the file. The new one stands nowhere
 * else in the file, so that nothing can be captured or hidden.
 *
 * @param code a Lua file that TypeScriptToLua printed
 * @returns the same program
 */
export function withPlainNames(code: string): string {
    const tokens = tokensOf(code);
    const taken = new Set(tokens.filter(({ kind }) => kind === "name").map(({ text }) => text));
    const plainNames = new Map<string, string>();
    for (const name of taken) {
        const plain = name === "____" ? "_" : /^____(?=[A-Za-z])(.*)/.exec(name)?.[1];
        if (plain === undefined) continue;
        const free = [plain, `${plain}_`].find(
            (candidate) => !taken.has(candidate) && !KEYWORDS.has(candidate),
        );
        if (free === undefined) continue;
        plainNames.set(name, free);
        taken.add(free);
    }
    return tokens.map(({ kind, text }) => (kind === "name" ? (plainNames.get(text) ?? text) : text)).join("");
}

/**
 * Writes control characters in texts as escapes, so that they can be seen.
 *
 * @param code a Lua file whose texts are all in double quotes
 * @returns the same program
 */
export function withVisibleCharacters(code: string): string {
    return tokensOf(code)
        .map(({ kind, text }) =>
            kind === "string"
                ? text.replace(
                      /\p{Cc}/gu,
                      (character) => `\\${String(character.charCodeAt(0)).padStart(3, "0")}`,
                  )
                : text,
        )
        .join("");
}

/**
 * Makes every `require` of a module of ours absolute, so that it finds the same file whatever the folder of the
 * program that runs: CC resolves a relative name against that folder.
 *
 * @param code a Lua file, whose own modules are named from the root with dots (`apis.ai.text`)
 * @param isOurs tells whether a module, named with slashes and without a leading one, is compiled here
 * @returns the code and the modules it requires, absolute ones with their leading slash
 */
export function withAbsoluteRequires(
    code: string,
    isOurs: (module: string) => boolean,
): { code: string; required: string[] } {
    const required: string[] = [];
    const tokens = tokensOf(code);
    const rewritten = tokens.map(({ kind, text }, index) => {
        const isArgument =
            kind === "string" && tokens[index - 1]?.text === "(" && tokens[index - 2]?.text === "require";
        if (!isArgument) return text;
        const name = text.slice(1, -1);
        const module = name === "lualib_bundle" ? "apis/lualib_bundle" : name.replaceAll(".", "/");
        const resolved = isOurs(module) ? `/${module}` : name;
        required.push(resolved);
        return JSON.stringify(resolved);
    });
    return { code: rewritten.join(""), required };
}

/**
 * Sets functions and documented statements of the outermost level apart by a blank line.
 *
 * @param code a Lua file without strings or comments that span lines
 */
export function withBlankLines(code: string): string {
    const lines = code.trim().split("\n");
    return lines
        .flatMap((line, index) => {
            const previous = lines[index - 1];
            const isComment = previous?.startsWith("--") ?? false;
            const opens = /^(--|(local )?function\b)/.test(line) && !isComment;
            const isApart = previous === undefined || previous === "" || line === "";
            return !isApart && (opens || previous === "end") ? ["", line] : [line];
        })
        .join("\n");
}
