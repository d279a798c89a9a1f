/**
 * Examines the way from this computer to the model, thing by thing: sees what there is, and has it judged (judge.ts). What
 * lies behind something broken is skipped. No check takes longer than a request may.
 */
import { outcome } from "../../trapos/failure";
import type { Request, Response } from "../../trapos/http";
import { nearest } from "../../trapos/nearest";
import { oneLine } from "../../trapos/utf8";
import { describeAsk } from "../ask";
import { copy } from "../copy";
import type { Server } from "../drive";
import { fail, type Failure } from "../failure";
import { isComplete, turnIn } from "../messages";
import { agentsIn, modelsIn } from "../names";
import { openPermissions, openQuestions } from "../openasks";
import { pendingTurns, type TurnRecord } from "../session";
import { isSet, readSettings, redact, type Settings } from "../settings";
import type { Check, DoctorOptions } from "./check";
import { readHttpDate } from "./httpdate";
import * as judge from "./judge";
import type * as linkSeenModule from "./linkseen";
import { testTurn } from "./testturn";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

/** A package manager, as far as it tells of files. */
export interface FileKeeper {
    verify(this: void): LuaMultiReturn<[true, { path: string; problem: string }[]] | [false, Failure]>;
}

/** What an examination works with. */
export interface Means extends Omit<Server, "settings"> {
    /** Bytes that are free; nothing where the disk does not say. */
    readonly freeSpace: (this: void) => number | undefined;
    /** Where the computer is to be linked and cannot be, as a package is missing: that. */
    readonly whyNoLink?: Failure;
    /** Who knows how the files should be; nothing where nobody does. Raises where it is damaged itself. */
    readonly fileKeeper: (this: void) => FileKeeper | undefined;
}

/** An examination under way. */
interface Examination {
    readonly means: Means;
    readonly options: DoctorOptions;
    readonly checks: Check[];
    /** Where the settings could be read. */
    server?: Server;
    /** When the check under way has to have ended, in epoch milliseconds. */
    deadline: number;
    /** How far this clock is ahead of the server's, in seconds. */
    skew?: number;
    /** The first thing on the way that is broken: nothing behind it can be seen. */
    broken?: Check["check"];
    /** The folder whose sessions are looked at. */
    directory?: string;
}

/** Seconds that are left for a request at the end of a check's time. */
const LEAST_SECONDS = 0.5;

function note(examination: Examination, check: Check): void {
    table.insert(examination.checks, check);
    if (examination.options.onCheck !== undefined) examination.options.onCheck(check);
}

/** What a call came to, its failure in place of its value where it failed. */
function seen<T>(act: (this: void) => T): { readonly value?: T; readonly problem?: Failure } {
    const [ok, value] = outcome(act);
    return ok ? { value } : { problem: value };
}

/** Sends a request within the time that a check has, and looks at the server's clock. */
function sendInTime(examination: Examination, request: Request): Response {
    const means = examination.means;
    const left = (examination.deadline - means.now()) / 1000;
    if (left < LEAST_SECONDS) return { headers: {}, body: "", reason: "Timed out" };
    const timed = copy(request, {} as { -readonly [K in keyof Request]: Request[K] });
    timed.timeout = Math.min(request.timeout, left);
    const answer = means.send(timed);
    const date = answer.headers.date;
    const time = date === undefined ? undefined : readHttpDate(date);
    // A server writes whole seconds.
    if (time !== undefined) examination.skew = (means.now() - time) / 1000;
    return answer;
}

/** Gives the next check all of its time. */
function begin(examination: Examination, check: Check["check"]): void {
    const server = examination.server;
    const seconds = server ? server.settings.request_timeout_seconds : 30;
    examination.deadline = examination.means.now() + seconds * 1000;
    if (examination.options.onStart !== undefined) examination.options.onStart(check);
}

function examineSettings(examination: Examination): Check {
    const means = examination.means;
    const found = seen(() => readSettings(means.store));
    if (found.problem) return judge.failed("settings", found.problem);
    const server = copy(means, {} as { -readonly [K in keyof Server]: Server[K] });
    server.settings = found.value!;
    server.send = (request) => sendInTime(examination, request);
    examination.server = server;
    examination.directory = server.settings.directory;
    const url = server.settings.link_url ?? server.settings.server_url;
    const [address] = string.gsub(redact(url), "^%a+://", "");
    return { check: "settings", state: "ok", message: oneLine(address, 100) };
}

/** A version's text, and its numbers. */
function versionOf(text: string): judge.Version {
    const [major, minor] = string.match(text, "^(%d+)%.(%d+)");
    return { text, major: tonumber(major), minor: tonumber(minor) };
}

/** The settings without what the server is told about who asks. */
function nobodys(settings: Settings): Settings {
    const changed = copy(settings, {} as { -readonly [K in keyof Settings]: Settings[K] });
    changed.password = undefined;
    return changed;
}

/** Notes the checks of the way; the last one is the broken one, if one is. */
function noteWay(examination: Examination, checks: readonly Check[]): void {
    for (const check of checks) {
        if (check.state === "failed") examination.broken = check.check;
        note(examination, check);
    }
}

/** Looks at the bridge, and makes a call over the link. */
function examineLink(examination: Examination): void {
    const server = examination.server!;
    begin(examination, "http");
    const why = examination.means.whyNoLink;
    if (why !== undefined) {
        noteWay(examination, judge.linkChecks({ linkProblem: why }));
        return;
    }
    // It comes with the link, and is loaded for that alone.
    const looking = load("/apis/ai/doctor/linkseen") as typeof linkSeenModule;
    noteWay(examination, judge.linkChecks(looking.lookAtLink(server, versionOf)));
}

/** Asks for the server's health, which says much of the way there. */
function examineWay(examination: Examination): void {
    const server = examination.server!;
    begin(examination, "http");
    const found = seen(() => server.face.health(server));
    let isOpen: boolean | undefined;
    if (found.value) {
        const stranger = copy(server, {} as { -readonly [K in keyof Server]: Server[K] });
        stranger.settings = nobodys(server.settings);
        isOpen = server.settings.password === undefined || !seen(() => server.face.health(stranger)).problem;
    }
    const checks = judge.greetingChecks({
        version: found.value && versionOf(found.value.version),
        problem: found.problem,
        isOpen,
    });
    noteWay(examination, checks);
}

/** Whether a name is among those that the server has. */
function find(
    code: "unknown_model" | "unknown_agent",
    wanted: string,
    names: (this: void) => string[],
): judge.Named {
    const found = seen(names);
    if (found.problem) return { wanted, problem: found.problem };
    for (const name of found.value!) if (name === wanted) return { wanted };
    const missing = fail(code, { wanted, known: nearest(wanted, found.value!) });
    return { wanted, missing };
}

function examineModel(examination: Examination, server: Server): Check {
    const settings = server.settings as Settings & { provider_id?: string; model_id?: string };
    const wanted = settings.model;
    const isHalf = (settings.provider_id === undefined) !== (settings.model_id === undefined);
    if (wanted === undefined) return judge.modelCheck({}, isHalf);
    const directory = examination.directory;
    return judge.modelCheck(
        find("unknown_model", wanted, () => modelsIn(server.face.readList(server, "providers", directory))),
        false,
    );
}

function examineAgent(examination: Examination, server: Server): Check {
    const wanted = server.settings.agent;
    if (wanted === undefined) return judge.agentCheck({});
    const directory = examination.directory;
    return judge.agentCheck(
        find("unknown_agent", wanted, () => agentsIn(server.face.readList(server, "agents", directory))),
    );
}

function examineSession(examination: Examination, server: Server): Check {
    const id = server.settings.session_id;
    if (id === undefined) return judge.sessionCheck({});
    const found = seen(() => server.face.getSession(server, id));
    if (found.value) examination.directory = found.value.directory;
    return judge.sessionCheck({ id, title: found.value && found.value.title, problem: found.problem });
}

/** What became of a turn that is written down. */
type Fate = "stale" | "waiting" | "running";

/** So many messages are looked through for a turn's prompt. */
const MANY_MESSAGES = 100;

/** Looks for a turn on the server. Raises what keeps that from being seen. */
function fateOf(server: Server, record: TurnRecord): Fate {
    const session = seen(() => server.face.getSession(server, record.sessionId));
    if (session.problem && session.problem.code === "session_gone") return "stale";
    if (session.problem) throw session.problem;
    const statuses = server.face.readList(server, "status", record.directory);
    const status = statuses[record.sessionId];
    if (status !== undefined && status.type !== "idle") return "running";
    const messages = server.face.getMessages(server, record.sessionId, MANY_MESSAGES);
    const turn = turnIn({ nonce: record.nonce }, messages);
    if (turn.isFound) return isComplete(turn.steps[turn.steps.length - 1]) ? "waiting" : "running";
    // A prompt may take its time to show, and in a long session it may be further up.
    const isOld = server.now() - record.sentAt > server.settings.poll_timeout_seconds * 1000;
    return isOld && messages.length < MANY_MESSAGES ? "stale" : "running";
}

function examineTurns(examination: Examination, server: Server): Check {
    const stale: string[] = [];
    const counts: Record<Fate, number> = { stale: 0, waiting: 0, running: 0 };
    let retry: string | undefined;
    const found = seen(() => {
        for (const record of pendingTurns(server.disk)) {
            const fate = fateOf(server, record);
            counts[fate] = counts[fate] + 1;
            if (fate === "stale") table.insert(stale, record.nonce);
        }
        const id = server.settings.session_id;
        if (id === undefined) return;
        const status = server.face.readList(server, "status", examination.directory)[id];
        if (status && status.type === "retry") retry = status.message ?? "no reason given";
        else if (status && status.type === "busy" && counts.running === 0) counts.running = 1;
    });
    const problem = found.problem;
    return judge.turnsCheck({ stale, waiting: counts.waiting, running: counts.running, retry, problem });
}

/** What waits for this computer's player; what other computers ask is theirs. */
function examineAsks(_examination: Examination, server: Server): Check {
    const asks: string[] = [];
    const found = seen(() => {
        for (const ask of openPermissions(server))
            if (ask.current) table.insert(asks, describeAsk({ what: "permission", ask }));
        for (const ask of openQuestions(server))
            if (ask.current) table.insert(asks, describeAsk({ what: "question", ask }));
    });
    const problem = found.problem;
    if (problem && problem.code === "bad_request") {
        return judge.asksCheck({ asks, problem: fail("permission_unlisted", { what: problem.message }) });
    }
    return judge.asksCheck({ asks, problem });
}

function examineFiles(examination: Examination): Check {
    const [isWhole, keeper] = pcall(() => examination.means.fileKeeper());
    if (!isWhole && (keeper as unknown) === "Terminated") error(keeper, 0);
    if (!isWhole) {
        const message = "ccpm is damaged itself.";
        return judge.filesCheck({
            wrong: [],
            problem: { message, hint: "Type: wget run <registry>/install.lua" },
        });
    }
    if (keeper === undefined) return judge.filesCheck({ wrong: [], isUnknown: true });
    const [ok, findings] = keeper.verify();
    if (!ok) return judge.filesCheck({ wrong: [], problem: findings });
    const wrong: string[] = [];
    for (const finding of findings) if (finding.problem !== "foreign") table.insert(wrong, finding.path);
    return judge.filesCheck({ wrong });
}

function examineAnswer(examination: Examination, server: Server): Check {
    const seconds = server.settings.request_timeout_seconds;
    // Stopping it and deleting its session may come on top.
    examination.deadline += seconds * 1000;
    const found = seen(() => testTurn(server, seconds));
    const reply = found.value;
    return judge.answerCheck({
        seconds: reply && reply.seconds,
        model: reply && reply.model,
        problem: found.problem,
    });
}

/** Makes a check of what lies behind the way to the server. */
function examineBehind(
    examination: Examination,
    check: Check["check"],
    act: (this: void, examination: Examination, server: Server) => Check,
): void {
    if (examination.broken !== undefined) {
        note(examination, judge.skipped(check, `${examination.broken} failed.`));
        return;
    }
    begin(examination, check);
    note(examination, act(examination, examination.server!));
}

/** Why the model is not asked, where it is not. */
function whyNoAnswer(examination: Examination): string | undefined {
    if (examination.options.ping === false) return "It was not to be asked.";
    for (const check of examination.checks) {
        const isNamed = check.check === "model" || check.check === "agent";
        if (isNamed && check.state === "failed") return `${check.check} failed.`;
    }
    return undefined;
}

/** What is on the way to the server, in order. */
const WAY = ["http", "address", "reachable", "opencode", "password"] as const;
const LINKED_WAY = ["http", "address", "reachable", "bridge", "link", "opencode"] as const;

/** Makes all checks, in order. */
export function examine(means: Means, options: DoctorOptions): Check[] {
    const examination: Examination = { means, options, checks: [], deadline: math.huge };
    const isLinked = isSet(means.store, "link_url");
    begin(examination, "settings");
    const settings = examineSettings(examination);
    note(examination, settings);
    if (settings.state === "failed") examination.broken = "settings";
    else if (isLinked) examineLink(examination);
    else examineWay(examination);
    const made: Record<string, true | undefined> = {};
    for (const check of examination.checks) made[check.check] = true;
    for (const check of isLinked ? LINKED_WAY : WAY) {
        if (!made[check]) note(examination, judge.skipped(check, `${examination.broken} failed.`));
    }
    examineBehind(examination, "model", examineModel);
    examineBehind(examination, "agent", examineAgent);
    examineBehind(examination, "session", examineSession);
    examineBehind(examination, "turns", examineTurns);
    examineBehind(examination, "asks", examineAsks);
    examineBehind(examination, "clock", () => judge.clockCheck(examination.skew));
    begin(examination, "disk");
    note(examination, judge.diskCheck(means.freeSpace()));
    begin(examination, "files");
    note(examination, examineFiles(examination));
    const why = whyNoAnswer(examination);
    if (why !== undefined) note(examination, judge.skipped("answer", why));
    else examineBehind(examination, "answer", examineAnswer);
    return examination.checks;
}
