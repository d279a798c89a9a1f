/**
 * What `ai` needs at boot: its settings' definitions, the way to the program and Tab completion last one boot. Modules
 * are loaded under pcall: where one is damaged that is said in one line.
 */
import type * as sessionModule from "../apis/ai/session";
import type * as settingsModule from "../apis/ai/settings";
import type * as tableModule from "../apis/ai/commandtable";
import type * as completionModule from "../apis/trapos/completion";
import type * as settingsFileModule from "../apis/trapos/settingsfile";
import type * as wholeFileModule from "../apis/trapos/wholefile";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler takes every other `require` for an import. */
const load = require;

for (const [folder, api] of pairs({ programs: shell, help })) {
    const path = api.path();
    if (string.find(`:${path}:`, `:/${folder}:`, 1, true)[0] === undefined) api.setPath(`${path}:/${folder}`);
}

let isWaiting = false;
let isBeginner = false;
const [isWhole] = pcall(() => {
    (load("/apis/ai/settings") as typeof settingsModule).define();
    const settingsFile = load("/apis/trapos/settingsfile") as typeof settingsFileModule;
    const mended = (load("/apis/trapos/wholefile") as typeof wholeFileModule).mendWritten(fs);
    if (mended !== undefined) {
        settingsFile.reloadSettings(mended.path);
        if (mended.line !== undefined) print(mended.line);
    }
    const session = load("/apis/ai/session") as typeof sessionModule;
    isWaiting = session.pendingTurns(fs).length > 0;
    isBeginner = !session.wasAnswered(fs);
});
if (!isWhole) throw "ai is damaged. Mend it: ccpm verify --fix";

shell.setCompletionFunction("programs/ai.lua", (_shell, _index, text, previous) => {
    // What Tab needs is loaded when it is first pressed.
    const [ok, words] = pcall(() => {
        const program = (load("/apis/ai/commandtable") as typeof tableModule).program;
        // The first is the program's own name.
        previous.shift();
        return (load("/apis/trapos/completion") as typeof completionModule).complete(program, text, previous);
    });
    return ok ? words : [];
});

if (isWaiting) {
    print("An answer may be waiting. Type: ai resume");
} else if (isBeginner && settings.get("trapos.harness_mode") !== true) {
    // CC shows its message of the day before any startup file, so that this stands below it.
    const isSet = (settings.getDetails("opencc.server_url") as { changed?: boolean }).changed;
    const isLinked = settings.get("opencc.link_url") !== undefined;
    print(isSet || isLinked ? "Type ai <prompt> to ask." : "Type ai setup to begin.");
}
