/**
 * The questions of the setup: each answer is tested as it is given, and asked for again with why where it will not do.
 * Nothing is kept until the last one is answered; then all is, at once.
 */
import { choose } from "../../trapos/chooser";
import { outcome } from "../../trapos/failure";
import { send } from "../../trapos/http";
import { readLine } from "../../trapos/lineinput";
import { during } from "../../trapos/progress";
import { remark, say, fail as showFailure } from "../../trapos/screen";
import type { SettingsStore } from "../../trapos/settingsfile";
import { oneLine } from "../../trapos/text";
import { testTurn } from "../doctor/testturn";
import type { Server } from "../drive";
import { fail, type Failure } from "../failure";
import { modelsIn } from "../names";
import direct = require("../server/direct");
import type { Disk } from "../session";
import { changeSettings, definitions, isSet, readSettings, redact, type Change } from "../settings";
import { readTypedAddress } from "./address";
import { offerSpeaker } from "./speaker";
import type * as linkingModule from "./linking";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

/** What links with a bridge, which is a package of its own. Fails where that is not installed. */
function linking(): typeof linkingModule {
    if (!fs.exists("/apis/ai/setup/linking.lua")) throw fail("link_missing");
    return load("/apis/ai/setup/linking") as typeof linkingModule;
}

/** What came of a setup. */
export interface Done {
    /** Without user and password. */
    readonly server_url?: string;
    /** The bridge's address, where the computer was linked with one in place of a server. */
    readonly link_url?: string;
    /** The model that answered the test; absent where it was saved without an answer. */
    readonly model?: string;
    /** How long it took. */
    readonly seconds?: number;
}

/** The answers so far, by names of settings; false stands for what is to be unset. */
type Answers = Record<string, string | false | undefined>;

/** A setup under way. */
interface Setup {
    readonly store: SettingsStore;
    readonly disk: Disk;
    readonly answers: Answers;
}

const SERVERS_CHOICE = "the server's choice";

/** What is to be done about a failure here, in place of what its hint says elsewhere. */
const HINTS: Readonly<Record<string, string | undefined>> = {
    cannot_connect: "Start it there with: opencode serve. Or type another address.",
    timed_out: "Look at the server, or type another address.",
    network_error: "Try it again, or type another address.",
    not_opencode: "Type the address that opencode serve prints.",
    unauthorized: "Type its OPENCODE_SERVER_PASSWORD, and its user if it has another.",
    model_error: "Choose another model, or look at the server.",
    no_progress: "Choose another model, or look at the server.",
    slow_start: "Wait a little and try again, or look at the server's log.",
};

/** What leaves the setup at every question. */
const LEAVE = "q";

/**
 * Asks for a line. Fails with `left` at `q`; Ctrl+T raises "Terminated".
 * @returns without blanks around it, but for a secret, which is taken as it is
 */
function askLine(prompt: string, isSecret?: boolean): string {
    const typed = readLine({ prompt, isSecret });
    if (typed === LEAVE) throw fail("left");
    if (isSecret === true) return typed;
    return string.match(typed, "^%s*(.-)%s*$")[0]!;
}

function explain(failure: Failure): void {
    showFailure({ message: failure.message, hint: HINTS[failure.code] ?? failure.hint });
}

/** A setting as it would be. */
function answerOf(setup: Setup, name: string): string | undefined {
    const answer = setup.answers[name];
    if (answer === false) return undefined;
    if (answer !== undefined) return answer;
    return isSet(setup.store, name) ? tostring(setup.store.get("opencc." + name)) : undefined;
}

/** What the server would be talked to with. Raises `bad_setting` for what the setup does not ask for. */
function serverOf(setup: Setup): Server {
    const store: SettingsStore = {
        get: (name) => {
            const [key] = string.match(name, "^opencc%.(.*)$");
            return answerOf(setup, key!);
        },
        set: () => undefined,
        unset: () => undefined,
    };
    return {
        settings: readSettings(store),
        store,
        disk: setup.disk,
        face: direct,
        learned: {},
        send,
        now: () => os.epoch("utc"),
        sleep,
    };
}

/** Waits for something under the moving line. */
function waiting<T>(doing: string, act: (this: void) => T): LuaMultiReturn<[true, T] | [false, Failure]> {
    return outcome(() => {
        let value: unknown;
        during(
            () => {
                value = act();
            },
            () => doing,
        );
        return value as T;
    });
}

/** What a server says of itself, or why it will not do. */
interface Found {
    readonly version?: string;
    readonly problem?: Failure;
}

/** Asks a server what it is; what speaks with it is fetched where it is not there. */
function meet(setup: Setup, doing: string): Found {
    const server = serverOf(setup);
    const [ok, value] = waiting(doing, () => server.face.health(server));
    if (ok) return { version: value.version };
    if (value.code === "opencode_2" && offerSpeaker(false)) return meet(setup, doing);
    return { problem: value };
}

/** What is at an address for somebody without a password: whether it wants one, or why it will not do. */
function look(setup: Setup): Found {
    const nobody: Setup = {
        store: setup.store,
        disk: setup.disk,
        answers: { server_url: setup.answers.server_url, password: false },
    };
    return meet(nobody, "looking for the server");
}

/** Links the computer with a bridge. What the setup was to ask for is the bridge's owner's to say. */
function linkWith(setup: Setup, url: string): Done {
    if (answerOf(setup, "link_url") === url && isSet(setup.store, "link_token")) {
        say("This computer is linked with that bridge.", colours.lime);
        return { link_url: url };
    }
    say("A bridge answers.", colours.lime);
    const pairs = linking().pairing();
    const [ok, value] = waiting("waiting for somebody to approve", () =>
        pairs.pair(setup.store, url, linking().showCode),
    );
    if (!ok) throw value;
    linking().showLinked(value);
    linking().offerToForgetPassword(setup.store);
    return { link_url: url };
}

/**
 * Asks for the address until there is an opencode, or a bridge.
 * @returns whether an opencode wants a password; or the end of the setup, where there is a bridge
 */
function askAddress(setup: Setup): boolean | Done {
    const before =
        answerOf(setup, "link_url") ??
        answerOf(setup, "server_url") ??
        (definitions.server_url!.default as string);
    while (true) {
        const typed = askLine(`Address of the server [${redact(before)}]: `);
        let url: string | undefined = before;
        let problem: string | undefined;
        if (typed !== "") [url, problem] = readTypedAddress(typed);
        if (url === undefined) {
            say(problem!, colours.red);
            continue;
        }
        setup.answers.server_url = url;
        const found = look(setup);
        if (found.problem === undefined) {
            say(`opencode ${found.version} answers.`, colours.lime);
            return false;
        }
        if (found.problem.code === "unauthorized") {
            remark("A server answers, and wants a password.");
            return true;
        }
        if (found.problem.code === "not_opencode") {
            const address = url;
            const [isSeen, isThere] = waiting("looking for a bridge", () => linking().isBridge(address));
            if (isSeen && isThere) return linkWith(setup, address);
        }
        explain(found.problem);
    }
}

/** Asks for the password until it is right; false where something else is wrong with the server. */
function askPassword(setup: Setup): boolean {
    let isFirst = true;
    while (true) {
        if (!isFirst) {
            const user = answerOf(setup, "username") ?? (definitions.username!.default as string);
            const typed = askLine(`User [${oneLine(user)}]: `);
            if (typed !== "") setup.answers.username = typed;
        }
        isFirst = false;
        const before = answerOf(setup, "password");
        const typed = askLine(before === undefined ? "Password: " : "Password [as it is]: ", true);
        if (typed !== "") setup.answers.password = typed;
        if (typed === "" && before === undefined) {
            say("This server wants one: its OPENCODE_SERVER_PASSWORD.", colours.red);
            continue;
        }
        const found = meet(setup, "trying the password");
        const problem = found.problem;
        if (problem === undefined) {
            say(`opencode ${found.version} takes it.`, colours.lime);
            return true;
        }
        explain(problem);
        if (problem.code !== "unauthorized") return false;
    }
}

/**
 * Has a model chosen. Fails with `left` at `q`.
 * @param models those of the server
 * @param before the one that was chosen before, if any
 * @returns its name, or `SERVERS_CHOICE`
 */
function chooseModel(models: readonly string[], before: string | undefined): string {
    const names = [SERVERS_CHOICE];
    let index = 1;
    for (const name of models) {
        table.insert(names, name);
        if (name === before) index = names.length;
    }
    const isGone = before !== undefined && index === 1;
    const choice = choose({
        title: isGone ? `Model (no ${before} here)` : "Model",
        rows: () => {
            const rows: string[] = [];
            for (const [place, name] of ipairs(names)) {
                table.insert(rows, `${place === index && !isGone ? "*" : " "}${oneLine(name)}`);
            }
            return rows;
        },
        enter: "use",
        index,
    });
    if (choice === undefined) throw fail("left");
    return names[choice.index - 1]!;
}

/** Asks for a model of the server's. Where these cannot be listed it stays as it is. */
function askModel(setup: Setup): void {
    const server = serverOf(setup);
    const [ok, value] = waiting("asking for its models", () =>
        modelsIn(server.face.readList(server, "providers", server.settings.directory)),
    );
    if (!ok) {
        explain(value);
        return;
    }
    const name = chooseModel(value, server.settings.model);
    say(`Model: ${name}`);
    const [provider, model] = string.match(name, "^([^/]+)/(.+)$");
    if (provider !== undefined && name !== SERVERS_CHOICE) {
        setup.answers.provider_id = provider;
        setup.answers.model_id = model!;
    } else {
        setup.answers.provider_id = false;
        setup.answers.model_id = false;
    }
}

/** Has the model answer, and asks for another one until it does, or the player wants it as it is. */
function test(setup: Setup): Done {
    while (true) {
        askModel(setup);
        const server = serverOf(setup);
        const url = redact(server.settings.server_url);
        const [ok, value] = waiting("asking the model for a pong", () =>
            testTurn(server, server.settings.request_timeout_seconds),
        );
        if (ok) {
            say(string.format("The model answers (%.1f s).", value.seconds), colours.lime);
            return { server_url: url, model: value.model, seconds: value.seconds };
        }
        explain(value);
        const typed = askLine("Enter: other model, s: save, q: leave > ");
        if (typed === "s") return { server_url: url };
    }
}

/** Keeps the answers, all at once. */
function save(setup: Setup): void {
    const changes: Change[] = [];
    const isOther = setup.store.get("opencc.server_url") !== setup.answers.server_url;
    // A session of another server's would only be told to be gone.
    if (isOther && isSet(setup.store, "server_url")) setup.answers.session_id = false;
    for (const [name, answer] of pairs(setup.answers)) {
        if (answer === false) table.insert(changes, [name]);
        else if (answer !== undefined) table.insert(changes, [name, answer]);
    }
    if (isSet(setup.store, "link_url")) linking().pairing().unlink(setup.store);
    changeSettings(setup.store, changes);
}

/**
 * Asks all of it. Raises `left` where the player does not want to go on; nothing is changed then, as after Ctrl+T.
 * @param store the settings
 * @param disk where the test's turn is written down
 */
export function setUp(store: SettingsStore, disk: Disk): Done {
    const setup: Setup = { store, disk, answers: {} };
    say("Enter keeps what stands in [ ], q leaves all as it was.");
    say("Type the address of a bridge, or of opencode.");
    let isReady = false;
    let isOpen = false;
    while (!isReady) {
        const found = askAddress(setup);
        if (type(found) === "table") return found as Done;
        isOpen = found === false;
        isReady = isOpen || askPassword(setup);
    }
    const done = test(setup);
    // Not before: the list of models takes the whole screen.
    if (isOpen) remark("The server wants no password: it obeys whoever reaches it.");
    save(setup);
    return done;
}

/** Fails where nobody is there to answer. */
export function requirePlayer(isAttended: boolean): void {
    if (!isAttended) throw fail("nobody_answers");
}
