/** What `ai` needs at boot: its settings' definitions, the way to the program and Tab completion last one boot. */
import { choice } from "cc.completion";
import { commands, flags } from "../apis/ai/arguments";
import * as session from "../apis/ai/session";
import { define } from "../apis/ai/settings";

define();
session.recoverSettings(fs);

function addToPath(api: { path(this: void): string; setPath(this: void, path: string): void }, folder: string): void {
    const path = api.path();
    if (string.find(`:${path}:`, `:${folder}:`, 1, true)[0] === undefined) api.setPath(`${path}:${folder}`);
}

addToPath(shell, "/programs");
addToPath(help, "/help");

const names: string[] = [];
for (const command of commands) names.push(command[0]);
const dashed: string[] = [];
for (const flag of flags) dashed.push("--" + flag[0]);

shell.setCompletionFunction("programs/ai.lua", (_shell, index, text, previous) => {
    if (string.sub(text, 1, 1) === "-") return choice(text, dashed, true);
    if (index === 1) return choice(text, names, true);
    return index === 2 && previous[1] === "help" ? choice(text, names) : [];
});

if (session.pendingTurns(fs).length > 0) print("An answer may be waiting. Type: ai resume");
