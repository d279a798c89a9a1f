/** What is told of the tool calls of a turn: each once when it begins, and once when it has ended. Pure. */
import type { Message, Part } from "./protocol";

/** A tool call, as whoever waits for a turn is told of it. */
export interface ToolCall {
    /** Its name: "bash", "edit", "task" and others. */
    readonly tool: string;
    /** What it does, where opencode says that. */
    readonly title?: string;
    readonly status: "running" | "completed" | "error";
    /** How long it took, once it has ended. */
    readonly seconds?: number;
    /** The files that it has written: in the session's folder by their paths from there. */
    readonly files: readonly string[];
    /** Why it failed. */
    readonly message?: string;
    /** Of a shell's command that has ended: its exit status. */
    readonly exit?: number;
}

/** What was told of calls: that they run, or that they have ended. */
export type Told = Record<string, "running" | "ended" | undefined>;

/** The files that a call has written. */
function filesOf(part: Part, relative: (this: void, file: string) => string): string[] {
    const metadata = part.state!.metadata ?? {};
    const files: string[] = [];
    const written = metadata.filepath ?? (metadata.filediff && metadata.filediff.file);
    if (written !== undefined) files.push(relative(written));
    for (const file of metadata.files ?? []) {
        const name = file.filePath ?? file.relativePath;
        if (name !== undefined) files.push(relative(name));
    }
    return files;
}

/** A call, as far as it is. */
function callOf(part: Part, relative: (this: void, file: string) => string): ToolCall {
    const state = part.state!;
    const input = state.input ?? {};
    const time = state.time ?? {};
    const metadata = state.metadata ?? {};
    const title = state.title ?? input.description ?? input.command ?? input.filePath;
    const tool = part.tool ?? "a tool";
    if (state.status !== "completed" && state.status !== "error")
        return { tool, title, status: "running", files: [] };
    const hasTimes = time.start !== undefined && time.end !== undefined;
    return {
        tool,
        title,
        status: state.status,
        seconds: hasTimes ? Math.max(time.end - time.start, 0) / 1000 : undefined,
        files: state.status === "error" ? [] : filesOf(part, relative),
        message: state.error,
        exit: metadata.exit,
    };
}

/**
 * What is new of the calls of some messages.
 * @param told what was told before; it is brought up to date
 * @param messages steps of the turn, oldest first; those that were seen before may be among them
 * @param relative shortens the path of a file on the server
 * @returns what is to be told, in its order; a call that began and ended since is there twice
 */
export function toolNews(
    told: Told,
    messages: readonly Message[],
    relative: (this: void, file: string) => string,
): ToolCall[] {
    const news: ToolCall[] = [];
    for (const message of messages) {
        let count = 0;
        for (const part of message.parts) {
            count += 1;
            if (part.state && part.type === "tool") {
                const key = part.callID ?? `${message.info.id} ${count}`;
                const call = callOf(part, relative);
                const before = told[key];
                if (before === undefined) {
                    news.push({ tool: call.tool, title: call.title, status: "running", files: [] });
                    told[key] = "running";
                }
                if (call.status !== "running" && before !== "ended") {
                    news.push(call);
                    told[key] = "ended";
                }
            }
        }
    }
    return news;
}
