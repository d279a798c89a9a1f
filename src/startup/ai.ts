/**
 * What `ai` needs at boot: its settings' definitions, the way to the program and Tab completion last one boot. Modules
 * are loaded under pcall: where one is damaged that is said in one line.
 */
import { choice } from "cc.completion";
import type * as argumentsModule from "../apis/ai/arguments";
import type * as sessionModule from "../apis/ai/session";
import type * as settingsModule from "../apis/ai/settings";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler takes every other `require` for an import. */
const load = require;

for (const [folder, api] of pairs({ programs: shell, help })) {
    const path = api.path();
    if (string.find(`:${path}:`, `:/${folder}:`, 1, true)[0] === undefined) api.setPath(`${path}:/${folder}`);
}

const names: string[] = [];
const dashed: string[] = [];
let isWaiting = false;
const [isWhole] = pcall(() => {
    (load("/apis/ai/settings") as typeof settingsModule).define();
    const session = load("/apis/ai/session") as typeof sessionModule;
    session.recoverSettings(fs);
    isWaiting = session.pendingTurns(fs).length > 0;
    const known = load("/apis/ai/arguments") as typeof argumentsModule;
    for (const command of known.commands) names.push(command[0]);
    for (const flag of known.flags) dashed.push("--" + flag[0]);
});
if (!isWhole) throw "ai is damaged. Mend it: ccpm verify --fix";

shell.setCompletionFunction("programs/ai.lua", (_shell, index, text, previous) => {
    if (string.sub(text, 1, 1) === "-") return choice(text, dashed, true);
    if (index === 1) return choice(text, names, true);
    return index === 2 && previous[1] === "help" ? choice(text, names) : [];
});

if (isWaiting) print("An answer may be waiting. Type: ai resume");
