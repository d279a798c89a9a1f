/** What `runtest` needs at boot: the way to the program and its help, and Tab completion, which last one boot. */
import type * as optionsModule from "../apis/test/options";
import type * as completionModule from "../apis/trapos/completion";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler takes every other `require` for an import. */
const load = require;

for (const [folder, api] of pairs({ programs: shell, help })) {
    const path = api.path();
    if (string.find(`:${path}:`, `:/${folder}:`, 1, true)[0] === undefined) api.setPath(`${path}:/${folder}`);
}

/** What Tab offers of flags; nothing where a module is damaged. */
function flags(text: string): string[] {
    const [ok, words] = pcall(() => {
        const program = (load("/apis/test/options") as typeof optionsModule).program;
        return (load("/apis/trapos/completion") as typeof completionModule).complete(program, text, []);
    });
    return ok ? words : [];
}

shell.setCompletionFunction("programs/runtest.lua", (_shell, _index, text) =>
    string.sub(text, 1, 1) === "-" ? flags(text) : fs.complete(text, shell.dir(), true, true),
);
