/** `wget run <registry>/install.lua [--yes] [--force]`: puts ccpm, and with it TrapOS, on a computer that has none of them. */
import "./install/requirements";
import { carryOut } from "./apis/ccpm/carryout";
import { connect, type Calls } from "./apis/ccpm/client";
import { baseUrl } from "./apis/ccpm/registry";
import { note, showProgress, working } from "./apis/ccpm/progress";
import { outcome } from "./apis/trapos/failure";
import { send } from "./apis/trapos/http";
import { decode } from "./apis/trapos/json";
import { unattended } from "./apis/trapos/interactive";
import { ask } from "./apis/trapos/question";
import { fail, say } from "./apis/trapos/screen";

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

/** What the player asks for. */
interface Wish {
    /** The registry to install from. */
    readonly registry: string;
    /** True to ask nothing. */
    readonly isAgreed: boolean;
    /** True to go on over files that are in the way. */
    readonly isForced: boolean;
}

function refuse(message: string, hint: string): never {
    throw { code: "bad_command_line", message, hint };
}

/** Reads the words of the command line. */
function readWish(words: readonly string[]): Wish {
    let isAgreed = false;
    let isForced = false;
    let registry = isWget ? registryOf(arg[2]!) : undefined;
    for (const word of words) {
        if (word === "--yes" || word === "-y") isAgreed = true;
        else if (word === "--force") isForced = true;
        else if (string.sub(word, 1, 1) === "-")
            refuse(`There is no ${word}.`, "There are --yes and --force.");
        else registry = word;
    }
    if (registry === undefined) {
        const program = arg[0] ?? "install";
        refuse("From where? Name a registry.", `${program} https://... (or owner/repo of GitHub)`);
    }
    baseUrl(registry);
    return { registry: registry, isAgreed, isForced };
}

/** Puts right what ccpm itself stands on: where that is damaged, it cannot repair the rest. */
function repairOwn(ccpm: Calls, yes: true | undefined): void {
    const [isKnown, findings] = outcome(() => ccpm.verify(OWN));
    // What no registry has any more as it was installed comes with the upgrade.
    if (!isKnown || findings.length === 0) return;
    const [ok, problem] = outcome(() =>
        carryOut(
            ccpm,
            working(() => ccpm.planRepair(findings)),
            { yes },
        ),
    );
    if (!ok) fail(problem);
}

function requireSound(ccpm: Calls): void {
    const [isKnown, left] = outcome(() => ccpm.verify(OWN));
    if (isKnown && left.length > 0)
        refuse("ccpm is still damaged.", "Use the install.lua of another registry.");
}

/** The address of a registry that is a bridge, which says so at /health. */
function bridgeAt(registry: string): string | undefined {
    const [address] = string.match(registry, "^(https?://.-)/*$");
    if (address === undefined) return undefined;
    const answer = send({ url: `${address}/health`, timeout: 10 });
    const health = decode(answer.body) as { readonly bridge?: unknown } | undefined;
    if (answer.status !== 200 || type(health) !== "table" || health!.bridge === undefined) return undefined;
    return address;
}

/** Links the computer with a bridge, unless it is linked with that already. */
function linkWith(bridge: string): void {
    if (settings.get("opencc.link_url") === bridge) return;
    // In a shell of its own: the program needs one, and was not there before.
    shell.run("/programs/ai.lua", "link", bridge);
}

/** Does what the player wishes; false where it was not done. Raises failures. */
function install(words: readonly string[]): boolean {
    const wish = readWish(words);
    const force = wish.isForced;
    let yes: true | undefined;
    if (wish.isAgreed) {
        yes = true;
        unattended();
    }
    const ccpm = connect({ registry: wish.registry, onProgress: showProgress, onNote: note });
    const installed = ccpm.state().lock.packages;
    const isNew = installed["ccpm"] === undefined;
    const hasAll = installed["trapos"] !== undefined;
    const wantsAll = hasAll || wish.isAgreed || ask("All of TrapOS? (n: only ccpm)", true);
    repairOwn(ccpm, yes);
    if (
        !isNew &&
        !carryOut(
            ccpm,
            working(() => ccpm.planUpgrade(undefined, { force })),
            { yes },
        )
    )
        return false;
    requireSound(ccpm);

    const names: string[] = [];
    if (isNew) names.push("ccpm");
    if (wantsAll && !hasAll) names.push("trapos");
    let bridge: string | undefined;
    if (wantsAll) bridge = bridgeAt(wish.registry);
    if (bridge !== undefined && installed["trapos-link"] === undefined) names.push("trapos-link");
    if (
        names.length > 0 &&
        !carryOut(
            ccpm,
            working(() => ccpm.planInstall(names, { force })),
            { yes: true },
        )
    )
        return false;
    if (bridge !== undefined) linkWith(bridge);
    if (names.length === 0) return true;
    say(wantsAll ? "Then type: ai help, or: ccpm help" : "Then type: ccpm install trapos");
    if (!wish.isAgreed && ask("Reboot now?", true)) os.reboot();
    return true;
}

/** The same, with failures shown. */
function run(words: readonly string[]): boolean {
    const [ok, done] = outcome(() => install(words));
    if (!ok) fail(done);
    return ok && done;
}

// The message is out already; wget would print an empty one.
if (!run([...$vararg]) && !isWget) throw "";
