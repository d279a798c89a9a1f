/** `ai status`: what this computer's session is at, and what waits for its player. */
import { remark, say, fail as showFailure } from "../../trapos/screen";
import { oneLine } from "../../trapos/text";
import { describeAsk } from "../ask";
import type { AiCommand, Context } from "../command";
import { redact } from "../settings";
import type { LinkStatus, Status } from "../types";
import { offerAsks, openAsks } from "../view/openasks";
import { wait } from "../view/waiting";

function run(context: Context): Status {
    return wait(context.options, () => context.ai.status());
}

/** What runs, in words. */
function doingOf(status: Status): string {
    if (status.state === "idle") return "nothing runs";
    let doing = status.tool === undefined ? "the model works" : `${status.tool} ${status.title ?? ""}`;
    if (status.state === "retry") doing = `the model fails, trying again: ${status.message ?? ""}`;
    const seconds = status.seconds;
    return seconds === undefined ? doing : string.format("%s (%.0f s)", oneLine(doing), seconds);
}

function row(name: string, value: string | undefined): void {
    if (value !== undefined) say(`${name}: ${value}`);
}

function noSession(status: Status): string {
    return status.gone === undefined ? "none yet" : "gone from the server";
}

/** What the agent may do, in a word, and for whom. */
function placeAtBridge(link: LinkStatus): string | undefined {
    if (link.name === undefined) return undefined;
    return `${link.name} (${link.owner ?? "?"}), ${link.profile ?? "?"}`;
}

function remarkUnseen(status: Status): void {
    if (status.unseen > 0) remark("An answer may be waiting. Show it: ai resume");
}

function show(context: Context, status: Status): void {
    const link = status.link;
    if (link) {
        row("Bridge", string.gsub(redact(link.url), "^%a+://", "")[0]);
        row("Linked as", placeAtBridge(link));
        if (link.isPolling) remark("Websockets are off on this server: it polls.");
        if (link.problem) {
            showFailure(link.problem);
            remarkUnseen(status);
            return;
        }
    }
    const session = status.session;
    row("Server", `opencode ${status.opencode ?? "?"}`);
    row("Session", session ? session.title : noSession(status));
    row("Model", status.model ?? "the server's choice");
    row("Agent", status.agent ?? "the server's choice");
    if (session) row("Now", doingOf(status));
    for (const ask of status.permissions) row("Waits", describeAsk({ what: "permission", ask }));
    for (const ask of status.questions) row("Asks", describeAsk({ what: "question", ask }));
    if (status.gone !== undefined) remark("Start another: ai <prompt>. See all: ai sessions");
    remarkUnseen(status);
    if (!context.options.isAttended || status.permissions.length + status.questions.length === 0) return;
    const open = openAsks(context);
    if (open.length > 0 && offerAsks(context, open)) remark("It goes on. Show the answer: ai resume");
}

const status: AiCommand = {
    name: "status",
    usage: "ai status",
    purpose: "Show what runs and what waits",
    run,
    hasFailed: (result) => {
        const link = (result as Status).link;
        return link !== undefined && link.problem !== undefined;
    },
    show,
};

export = status;
