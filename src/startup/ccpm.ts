/**
 * What `ccpm` and `trapos` need at boot: the way to the programs and their help, and Tab completion. Modules of ccpm
 * are loaded as late as can be and under pcall, so that nothing that is broken there can hold the boot up.
 */
import type * as tableModule from "../apis/ccpm/commandtable";
import type * as finishModule from "../apis/ccpm/finish";
import type * as completionModule from "../apis/trapos/completion";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler takes every other `require` for an import. */
const load = require;

for (const [folder, api] of pairs({ programs: shell, help })) {
    const path = api.path();
    if (string.find(`:${path}:`, `:/${folder}:`, 1, true)[0] === undefined) api.setPath(`${path}:/${folder}`);
}

// What a power cut has left without the startup file that would see to it, or with one that cannot.
const [isSound] = pcall(() => {
    const finish = load("/apis/ccpm/finish") as typeof finishModule;
    const isNew = !fs.exists(finish.FINISHER);
    const [done, line] = finish.recover(fs, true);
    // Why it cannot be finished a startup file that is there has said already.
    if (line !== undefined && (done || isNew)) print(line);
});
// Where that file is damaged what was begun to mend it goes all the same.
if (!isSound && !fs.exists("/trapos/ccpm.staging/journal.json")) {
    for (const folder of ["staging", "partial"]) pcall(fs.delete, `/trapos/ccpm.${folder}`);
}

/** What Tab offers behind a program; nothing where a module of it is damaged. */
function offer(table: string): (text: string, previous: string[]) => string[] {
    return (text, previous) => {
        const [ok, words] = pcall(() => {
            const program = (load(table) as typeof tableModule).program;
            return (load("/apis/trapos/completion") as typeof completionModule).complete(
                program,
                text,
                previous,
            );
        });
        return ok ? words : [];
    };
}

for (const [name, table] of pairs({ ccpm: "/apis/ccpm/commandtable", trapos: "/apis/ccpm/overview" })) {
    const complete = offer(table);
    shell.setCompletionFunction(`programs/${name}.lua`, (_shell, _index, text, previous) => {
        // The first is the program's own name.
        previous.shift();
        return complete(text, previous);
    });
}
