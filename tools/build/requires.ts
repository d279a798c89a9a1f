/** A `require` as TypeScriptToLua prints it: in a text its quotes would have backslashes. */
const REQUIRE = /\brequire\("([^"\\\n]+)"\)/g;

/** The modules that printed Lua requires, by the names that stand there. */
export function requiredBy(code: string): string[] {
    const withoutComments = code.replace(/^\s*--.*$/gm, "");
    return [...withoutComments.matchAll(REQUIRE)].map(([, name = ""]) => name);
}

/**
 * Names our own modules from the root of the disk (`/apis/ai/text`), where TypeScriptToLua has them from the root of the
 * source (`apis.ai.text`): CC resolves that against the folder of the program that runs.
 */
export function withAbsoluteRequires(code: string): string {
    return code.replace(REQUIRE, (whole, name: string) => {
        if (name.startsWith("cc.") || name.startsWith("/")) return whole;
        const module = name === "lualib_bundle" ? "apis/lualib_bundle" : name.replaceAll(".", "/");
        return `require("/${module}")`;
    });
}
