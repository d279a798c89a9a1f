/** What `ai` needs at boot: its settings' definitions, the way to the program and Tab completion last one boot. */
import { choice } from "cc.completion";
import { commands, flags } from "../apis/ai/arguments";
import { pendingTurns, recoverSettings } from "../apis/ai/session";
import { define } from "../apis/ai/settings";

define();
recoverSettings(fs);

const PROGRAMS = "/programs";
if (string.find(`:${shell.path()}:`, `:${PROGRAMS}:`, 1, true)[0] === undefined) {
    shell.setPath(`${shell.path()}:${PROGRAMS}`);
}

const HELP = "/help";
if (string.find(`:${help.path()}:`, `:${HELP}:`, 1, true)[0] === undefined) {
    help.setPath(`${help.path()}:${HELP}`);
}

const names: string[] = [];
for (const command of commands) names.push(command[0]);
const dashed: string[] = [];
for (const flag of flags) dashed.push("--" + flag[0]);

shell.setCompletionFunction("programs/ai.lua", (_shell, index, text, previous) => {
    if (string.sub(text, 1, 1) === "-") return choice(text, dashed, true);
    if (index === 1) return choice(text, names, true);
    return index === 2 && previous[1] === "help" ? choice(text, names) : [];
});

if (pendingTurns(fs).length > 0) print("An answer may be waiting. Type: ai resume");
