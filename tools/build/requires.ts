/** A piece of Lua source: `name` covers keywords too, `other` whatever is no name, comment or string. */
interface Token {
    readonly kind: "name" | "comment" | "string" | "other";
    readonly text: string;
}

const TOKEN =
    /(--\[(=*)\[[\s\S]*?\]\2\]|--[^\n]*)|(\[(=*)\[[\s\S]*?\]\4\]|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*')|([A-Za-z_]\w*)|(\d[\w.]*|[\s\S])/g;

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
