/** What is done with the recorded conversations: every command of `ai`, and every function of libai. */
import type { Scene } from "./recording.ts";

/** One thing that somebody does, in one of the conversations. */
export interface Play {
    readonly scene: string;
    /** The words behind `ai`; a `SESSION` among them is the conversation's id. */
    readonly words?: string;
    /** A call of libai in Lua, in place of words. */
    readonly call?: string;
    /** True where the computer does not talk in the session yet. */
    readonly isNew?: boolean;
    /** The prompt was sent before, and its record is on the disk. */
    readonly isPending?: boolean;
    /** Somebody else's turn has been going on for so many milliseconds. */
    readonly startAt?: number;
    /** True where a list is shown, or all of an answer's fields: it has more rows than a message. */
    readonly isLong?: boolean;
    /** What is on the screen, or in the call's value, where all answers are right. */
    readonly shows: RegExp;
}

const all = 'system = "s", model = "scripted/model", agent = "build", idleTimeout = 9';

export const plays: readonly Play[] = [
    { scene: "greet", words: "hello", isNew: true, shows: /^Hello there\.$/m },
    { scene: "again", words: "ask -v hello", shows: /finish=stop/ },
    { scene: "greet", words: "--model scripted/model --agent build hello", shows: /^Hello there\.$/m },
    { scene: "greet", words: "--session 2 hello", shows: /^Hello there\.$/m },
    { scene: "greet", words: "--model acme/wise hello", shows: /no model acme\/wise|Hello/ },
    { scene: "greet", words: "--agent wizard hello", shows: /no agent wizard|Hello/ },
    { scene: "greet", words: "new", shows: /^Talking in a new session\.$/m },
    { scene: "greet", words: "new hello", shows: /^Hello there\.$/m },
    { scene: "greet", words: "ping", shows: /^Hello \*\*there\*\*\. \(\d/m },
    { scene: "greet", words: "sessions", shows: /^.\d? ?1 ?.*computer 0/m },
    { scene: "greet", words: "use 2", shows: /^Talking in: / },
    { scene: "greet", words: "use SESSION", shows: /^Talking in: greet/ },
    { scene: "permission", words: "abort", startAt: 1500, shows: /^Stopped\.$/m },
    { scene: "write", words: "hello", startAt: 1500, shows: /has been busy for/ },
    { scene: "write", words: "resume", startAt: 90_000, shows: /^It said forty-two/m },
    { scene: "write", words: "last", startAt: 90_000, shows: /^It said forty-two/m },
    { scene: "write", words: "resume", isPending: true, startAt: 1500, shows: /^It said forty-two/m },
    { scene: "write", words: "-v write a file", shows: /^It said forty-two/m },
    { scene: "permission", words: "--timeout 12 a permission", shows: /waits for a permission: bash/ },
    { scene: "question", words: "--timeout 12 pose", shows: /^opencode asks: Birch or oak\?/m },
    { scene: "delegate", words: "--timeout 12 delegate it", shows: /waits for a permission: bash/ },
    { scene: "falter", words: "falter", shows: /^Hello there\.$/m },
    { scene: "fail", words: "-v fail", shows: /The model failed \(HTTP 402\): / },
    { scene: "overflow", words: "overflow", shows: /^(Hello there\.|The turn was interrupted)/m },
    { scene: "greet", call: "ai.health()", shows: /version = "1\./ },
    { scene: "greet", call: 'ai.listSessions({limit = 5, search = "x"})', shows: /title = "/ },
    { scene: "greet", call: 'ai.newSession({title = "mine"})', shows: /current = true/ },
    { scene: "greet", call: 'ai.useSession("SESSION")', shows: /current = true/ },
    { scene: "greet", call: "ai.currentSession()", shows: /^ses_/ },
    { scene: "greet", call: "ai.clearSession()", shows: /^nil$/ },
    { scene: "question", call: 'ai.abort("SESSION")', startAt: 1500, shows: /^true$/ },
    {
        scene: "write",
        call: "ai.resume({idleTimeout = 9})",
        isPending: true,
        startAt: 1500,
        shows: /text = "It said/,
    },
    { scene: "falter", call: `ai.ask("hello", {${all}})`, shows: /text = "Hello/ },
    { scene: "greet", call: 'ai.ask("hello", {variant = "v", idleTimeout = 9})', shows: /unknown_variant/ },
    { scene: "greet", call: "ai.ping({idleTimeout = 9})", shows: /cost = 0/ },
    { scene: "write", words: "status", startAt: 1500, shows: /Now: the model works/m },
    { scene: "permission", words: "status", startAt: 1500, shows: /Waits: bash: date/m },
    { scene: "question", words: "status --json", isLong: true, startAt: 1500, shows: /"ok":true/m },
    { scene: "fail", words: "history", isLong: true, startAt: 90_000, shows: /no credit/m },
    { scene: "write", words: "diff", isLong: true, startAt: 90_000, shows: /A file\.txt \+1/m },
    { scene: "write", words: "undo", startAt: 90_000, shows: /Undone: write a file/m },
    { scene: "undone", words: "redo", startAt: 90_000, shows: /There again: write a file/m },
    { scene: "plan", words: "todo", isLong: true, startAt: 90_000, shows: /\[>\] Open it/m },
    { scene: "compact", words: "compact", shows: /A summary stands now/m },
    { scene: "write", words: "--yes export out.md", startAt: 90_000, shows: /^Written: \/out\.md/m },
    { scene: "greet", words: 'rename "A door"', shows: /It is called now: A door/m },
    { scene: "greet", words: "fork", shows: /Talking in: greet/m },
    { scene: "greet", words: "--yes delete 2", shows: /Deleted: greet/m },
    { scene: "greet", words: "--yes share", shows: /https:/m },
    { scene: "greet", words: "unshare", shows: /not on the web any more/m },
    { scene: "greet", words: "models", isLong: true, shows: /scripted\/other/m },
    { scene: "greet", words: "model scripted/model", shows: /Asking from now on: scripted/m },
    { scene: "greet", words: "model", shows: /Asking: scripted/m },
    { scene: "greet", words: "variants", shows: /This model has no variants/m },
    { scene: "greet", words: "variant high", shows: /The model has no variant high/m },
    { scene: "greet", words: "agents", isLong: true, shows: /explore \(subagent\)/m },
    { scene: "greet", words: "agent plan", shows: /Asking from now on: plan/m },
    { scene: "write", words: "usage", startAt: 90_000, shows: /written +33 tokens/m },
    { scene: "write", words: "usage all", startAt: 90_000, shows: /sessions +3/m },
    { scene: "greet", words: "usage today", shows: /sessions +3/m },
    { scene: "greet", words: "commands", isLong: true, shows: /ai \/greet Greet somebody/m },
    { scene: "command", words: "/greet you", shows: /Hello there\./m },
    { scene: "shell", words: "--yes !echo hi", shows: /forty-two/m },
    { scene: "greet", words: "setup", isNew: true, shows: /ai setup asks questions/m },
    { scene: "greet", words: "config model_id", shows: /model_id = \(not set\)/m },
    { scene: "greet", words: "doctor", isLong: true, isNew: true, shows: /ok +opencode: 1\./m },
    { scene: "write", words: "doctor --json", isLong: true, isPending: true, startAt: 1500, shows: /"ok":/m },
    { scene: "program", words: "--yes lua count", shows: /42/m },
    { scene: "program", words: "code", startAt: 90_000, shows: /1 lua, 1 line: print/m },
    { scene: "program", words: "code 1", startAt: 90_000, shows: /print\(41/m },
    { scene: "program", words: "--yes save 1 out.lua", startAt: 90_000, shows: /print\(41/m },
    { scene: "program", words: "--yes run 1", startAt: 90_000, shows: /42/m },
    { scene: "program", words: "--yes write out.lua count to two", shows: /Written|like that already/m },
    { scene: "program", words: "--yes fix door.lua it fails", shows: /\+print\(41/m },
    { scene: "program", words: "explain door.lua", shows: /It counts:/m },
    { scene: "greet", words: "read @file.txt and hello", shows: /Hello there/m },
    {
        scene: "ignored",
        words: "--agent build hello",
        isNew: true,
        shows: /has not started|never started|\(/,
    },
    { scene: "beginning", words: "abort", startAt: 1500, shows: /^Stopped\.$/m },
    { scene: "broken", words: "hello", isNew: true, shows: /The turn was stopped/ },
    { scene: "passed", words: "write a file", shows: /^It said forty-two/m },
    { scene: "greet", words: "model", isNew: true, shows: /Asking: / },
    { scene: "greet", words: "--yes doctor --fix", isLong: true, shows: /ok +opencode: 1\./m },
    {
        scene: "permission",
        call: 'ai.ask("a permission", {onPermission = function() error({}) end, idleTimeout = 9})',
        shows: /bad_argument/,
    },
    {
        scene: "question",
        call: 'ai.ask("pose", {onQuestion = function(ask) return ask end, idleTimeout = 9})',
        shows: /bad_argument/,
    },
    {
        scene: "write",
        call: 'ai.ask("write a file", {onTool = function(call) error(call) end, idleTimeout = 9})',
        shows: /bad_argument/,
    },
    { scene: "greet", call: "ai.session()", shows: /title = "greet/ },
    { scene: "write", call: "ai.messages({limit = 3})", startAt: 90_000, shows: /prompt = "write a file/ },
    { scene: "greet", call: "ai.models()", shows: /id = "scripted\/other/ },
    { scene: "greet", call: 'ai.chooseModel("scripted/model")', shows: /id = "scripted\/model/ },
    { scene: "greet", call: "ai.agents()", shows: /name = "plan/ },
    { scene: "greet", call: 'ai.chooseAgent("plan")', shows: /plan/ },
    { scene: "greet", call: "ai.variants()", shows: /\{\}/ },
    { scene: "greet", call: 'ai.chooseVariant("high")', shows: /unknown_variant/ },
    { scene: "greet", call: "ai.commands()", shows: /name = "greet/ },
    { scene: "greet", call: 'ai.rename("A door")', shows: /title = "A door/ },
    { scene: "greet", call: 'ai.delete("SESSION")', shows: /id = "ses_/ },
    { scene: "greet", call: "ai.fork()", shows: /fork #1/ },
    { scene: "greet", call: "ai.share()", shows: /https:/ },
    { scene: "greet", call: "ai.unshare()", shows: /nil/ },
    { scene: "write", call: "ai.undo()", startAt: 90_000, shows: /prompt = "write a file/ },
    { scene: "undone", call: "ai.redo()", startAt: 90_000, shows: /prompt = "write a file/ },
    { scene: "plan", call: "ai.todo()", startAt: 90_000, shows: /Open it/ },
    { scene: "write", call: "ai.diff()", startAt: 90_000, shows: /file\.txt/ },
    { scene: "write", call: "ai.usage()", startAt: 90_000, shows: /input = 4967/ },
    { scene: "greet", call: 'ai.usage({of = "all"})', shows: /sessions = 3/ },
    { scene: "compact", call: "ai.compact({idleTimeout = 9})", shows: /nil/ },
    { scene: "shell", call: 'ai.shell("echo hi", {idleTimeout = 9})', shows: /forty-two/ },
    { scene: "command", call: 'ai.runCommand("greet", "you", {idleTimeout = 9})', shows: /text = "Hello/ },
    { scene: "permission", call: "ai.permissions()", startAt: 1500, shows: /command = "date/ },
    { scene: "question", call: "ai.questions()", startAt: 1500, shows: /Birch or oak/ },
    {
        scene: "permission",
        call: 'ai.answerPermission("per_1", "reject", "not now")',
        startAt: 1500,
        shows: /nil/,
    },
    { scene: "question", call: 'ai.answerQuestion("que_1", {{"Birch"}})', startAt: 1500, shows: /nil/ },
    { scene: "delegate", call: "ai.status()", startAt: 1500, shows: /state = "busy/ },
    { scene: "permission", call: "ai.doctor({ping = false})", startAt: 1500, shows: /check = "opencode/ },
    { scene: "greet", call: "ai.doctor()", shows: /check = "answer/ },
    {
        scene: "allowed",
        call: 'ai.ask("a permission", {onPermission = function(ask) return ask.kind and "once" end, idleTimeout = 9})',
        shows: /text = "It said/,
    },
    {
        scene: "answered",
        call: 'ai.ask("pose", {onQuestion = function(ask) return {{(ask.questions[1].options[1] or {label = "Elm"}).label}} end, idleTimeout = 9})',
        shows: /text = "It said/,
    },
    {
        scene: "delegated",
        call: 'ai.ask("delegate", {onPermission = function() return "always" end, onTool = function() end, idleTimeout = 9})',
        shows: /text = "It said/,
    },
    {
        scene: "program",
        call: 'ai.luaExec("count", {approve = function() return true end, idleTimeout = 9})',
        shows: /code = "print/,
    },
    {
        scene: "greet",
        call: 'ai.ask("hello", {schema = {type = "object", properties = {}}, idleTimeout = 9})',
        shows: /no_progress/,
    },
];

/** The nonce of a turn that is on the disk. */
const NONCE = "0-1795922400000-7";

/** The files of a computer that waits for an answer. */
export function pendingTurn(scene: Scene): Record<string, string> {
    const { id, directory } = scene.session;
    const turn = {
        nonce: NONCE,
        sessionId: id,
        directory,
        text: "write a file",
        sentAt: 1795922499000,
        sent: true,
    };
    return { [`/trapos/ai/turns/${NONCE}.json`]: JSON.stringify(turn) };
}

export const pendingNonce = NONCE;
