/** `ai screen [on|off]`: whether the bridge's page may show this computer's screen. */
import { remark, say } from "../../trapos/screen";
import { ownSettings } from "../../trapos/settingsfile";
import type { AiCommand, Context } from "../command";
import { changeSettings, readSetting } from "../settings";

interface Shared {
    readonly isShared: boolean;
    readonly isChanged: boolean;
}

function run(_context: Context, words: readonly string[]): Shared {
    const store = ownSettings(fs);
    const wanted = words[0];
    if (wanted !== undefined) changeSettings(store, [["share_screen", wanted === "on" ? "true" : "false"]]);
    let isShared = false;
    const value = store.get("opencc.share_screen");
    if (value !== undefined) isShared = readSetting("share_screen", value) === "true";
    return { isShared, isChanged: wanted !== undefined };
}

function show(_context: Context, shared: Shared): void {
    if (shared.isShared) {
        say("The bridge's page may show this screen.");
        remark("Whoever is logged in there can look, at typed words too. Stop: ai screen off");
        return;
    }
    say("The bridge's page does not show this screen.");
    if (!shared.isChanged) remark("Have it shown there: ai screen on");
}

const screen: AiCommand = {
    name: "screen",
    usage: "ai screen [on|off]",
    purpose: "Show this screen on its page",
    most: 1,
    fits: (words) => words.length === 1 && (words[0] === "on" || words[0] === "off"),
    complete: () => ["on", "off"],
    run,
    show,
};

export = screen;
