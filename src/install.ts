/** `wget run <registry>/install.lua [--yes] [--force]`: puts ccpm, and with it TrapOS, on a computer that has none of them. */
import "./install/requirements";
import { run } from "./apis/ccpm/command";
import { baseUrl } from "./apis/ccpm/registry";
import * as screen from "./apis/ccpm/screen";
import createCcpm = require("./apis/libccpm");

/** What the shell gives every program: its name at 0, then the words after it. */
declare const arg: Record<number, string | undefined>;

/** wget runs a program with its own `arg`. */
const isWget = arg[1] === "run" && string.find(arg[2] ?? "", "^https?://")[0] !== undefined;

/** The packages that ccpm is made of. */
const OWN = ["ccpm", "trapos-core"];

/** The registry whose install.lua has this URL; GitHub's in the short form, which fits a screen. */
function registryOf(url: string): string | undefined {
    const [base] = string.match(url, "^([^?#]*/)");
    const [plain] = string.gsub(base ?? "", "/refs/heads/", "/", 1);
    const [name, branch] = string.match(
        plain,
        "^https://raw%.githubusercontent%.com/([^/]+/[^/]+)/([^/]+)/$",
    );
    if (name === undefined) return base;
    return branch === "HEAD" ? name : `${name}@${branch}`;
}

/** Does what the words say. */
function install(words: readonly string[]): boolean {
    let agreed = false;
    let forced = false;
    let registry = isWget ? registryOf(arg[2]!) : undefined;
    for (const word of words) {
        if (word === "--yes" || word === "-y") {
            agreed = true;
        } else if (word === "--force") {
            forced = true;
        } else if (string.sub(word, 1, 1) === "-") {
            screen.fail({ message: `There is no ${word}.`, hint: "There are --yes and --force." });
            return false;
        } else {
            registry = word;
        }
    }
    if (registry === undefined) {
        const program = arg[0] ?? "install";
        screen.fail({
            message: "From where? Name a registry.",
            hint: `${program} https://... (or owner/repo of GitHub)`,
        });
        return false;
    }
    const [valid, problem] = baseUrl(registry);
    if (!valid) {
        screen.fail(problem);
        return false;
    }

    const client = createCcpm({
        registry,
        onProgress: screen.showProgress,
        onNote: screen.note,
    });
    const [known, state] = client.state();
    if (!known) {
        screen.fail(state);
        return false;
    }
    const installed = state.lock.packages;
    const isNew = installed["ccpm"] === undefined;
    const isWhole =
        installed["trapos"] !== undefined || agreed || screen.ask("All of TrapOS? (n: only ccpm)", true);
    const perform = (line: string[]) => {
        if (forced) line.push("--force");
        return run(line, client);
    };
    // What ccpm itself stands on: where that is damaged, it cannot repair the rest.
    const [isThere, findings] = client.verify(OWN);
    if (isThere && findings.length > 0) {
        const repair = ["verify", "--fix", ...OWN];
        if (agreed) repair.push("--yes");
        // What no registry has any more as it was installed comes with the upgrade.
        run(repair, client);
    }
    if (!isNew && !perform(agreed ? ["upgrade", "--yes"] : ["upgrade"])) return false;
    const [isKnown, left] = client.verify(OWN);
    if (isKnown && left.length > 0) {
        screen.fail({ message: "ccpm is still damaged.", hint: "Use the install.lua of another registry." });
        return false;
    }

    const line = ["install", "--yes"];
    if (isNew) line.push("ccpm");
    if (isWhole && installed["trapos"] === undefined) line.push("trapos");
    if (line.length === 2) return true;
    if (!perform(line)) return false;
    screen.say(isWhole ? "Then type: ai help, or: ccpm help" : "Then type: ccpm install trapos");
    if (!agreed && screen.ask("Reboot now?", true)) os.reboot();
    return true;
}

// The message is out already; wget would print an empty one.
if (!install([...$vararg]) && !isWget) throw "";
