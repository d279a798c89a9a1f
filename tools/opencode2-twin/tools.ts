/** The tools that an agent has. Source: upstream's packages/core/src/tool/plugin/*.ts for names, inputs and what they say. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { commandsOf, foldersOf, savedPattern } from "./commands.ts";
import { differenceOf } from "./differences.ts";
import type { Doubts } from "./doubts.ts";
import type { FormState } from "./forms.ts";
import { newId } from "./ids.ts";
import { applyChunks, readPatch } from "./patch.ts";
import { Denied, type Wish } from "./permissions.ts";
import { runCommand } from "./process.ts";
import { anything, fields, flag, list, number, type Shape, text } from "./shapes.ts";
import type { FileChange, FileDifference, Form, FormField, FormOption } from "./types.ts";

/** What a tool is given besides its input. */
export interface ToolContext {
    readonly sessionID: string;
    readonly directory: string;
    readonly messageID: string;
    readonly callID: string;
    readonly signal: AbortSignal;
    readonly doubts: Doubts;
    /** What its commands run with. */
    readonly environment: Readonly<Record<string, string>>;
    /** Waits for leave. @throws Denied */
    allow(wish: Omit<Wish, "messageID" | "callID">): Promise<void>;
    /** Shows what is known so far. */
    progress(metadata: Record<string, unknown>): void;
    fill(form: Form): Promise<FormState>;
    /** Keeps what was changed. */
    changed(change: Omit<FileChange, "messageID">): void;
    /**
     * Has a child session do something.
     * @returns what it said last; rejects when it did not come to an end
     */
    runChild(
        child: { agent: string; title: string; prompt: string; sessionID?: string },
        begun: (sessionID: string) => void,
    ): Promise<string>;
}

export interface ToolResult {
    readonly content: readonly string[];
    readonly metadata: Record<string, unknown>;
}

/** A tool could not do what it was asked, which the model is told. */
export class ToolFailure extends Error {
    /** Opencode's word for why. */
    readonly type: string;

    constructor(message: string, type = "tool.execution") {
        super(message);
        this.type = type;
    }
}

/** Somebody dismissed a form: the turn ends. */
export class Dismissed extends Error {}

interface Tool {
    readonly description: string;
    /** By which action the rules know it. */
    readonly action: string;
    readonly input: Shape<unknown>;
    /** Names of inputs, for the model. */
    readonly parameters: readonly string[];
    run(input: Record<string, unknown>, context: ToolContext): Promise<ToolResult>;
}

/** How much of a command's output a model is told. */
const longestOutput = 51_200;

function tool<Input>(given: {
    description: string;
    action: string;
    input: Shape<Input>;
    parameters: readonly string[];
    run(input: Input, context: ToolContext): Promise<ToolResult>;
}): Tool {
    return { ...given, run: (input, context) => given.run(input as Input, context) };
}

/** Asks for leave, and says in the tool's words that there is none. A rejection that ends the turn is handed on. */
async function need(
    context: ToolContext,
    wish: Omit<Wish, "messageID" | "callID">,
    words: string,
): Promise<void> {
    try {
        await context.allow(wish);
    } catch (error) {
        if (!(error instanceof Denied) || error.by === "rejection") throw error;
        throw new ToolFailure(words, error.by === "rule" ? "permission.rejected" : "unknown");
    }
}

/** A path, how rules name it, and the folder that it lies in where that is outside of the session's directory. */
function placeOf(path: string, directory: string): { absolute: string; resource: string; outside?: string } {
    const absolute = isAbsolute(path) ? resolve(path) : resolve(directory, path);
    const inner = relative(directory, absolute);
    if (inner !== ".." && !inner.startsWith("../")) return { absolute, resource: inner === "" ? "." : inner };
    return { absolute, resource: absolute, outside: dirname(absolute) };
}

/** Asks for leave to leave the session's directory. */
async function needOutside(context: ToolContext, folders: readonly string[], words: string): Promise<void> {
    const outside = [...new Set(folders)].filter(
        (folder) => placeOf(folder, context.directory).outside !== undefined,
    );
    if (outside.length === 0) return;
    const resources = outside.map((folder) => join(folder, "*"));
    await need(context, { action: "external_directory", resources, save: resources }, words);
}

function read(path: string): string | undefined {
    return existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : undefined;
}

/** Puts files into the state that is wanted, once that is allowed. `undefined` takes one away. */
async function change(
    context: ToolContext,
    wanted: readonly { path: string; after: string | undefined }[],
    words: string,
): Promise<FileDifference[]> {
    const places = wanted.map(({ path, after }) => {
        const place = placeOf(path, context.directory);
        return { ...place, before: read(place.absolute), after };
    });
    await needOutside(
        context,
        places.flatMap(({ outside }) => (outside === undefined ? [] : [outside])),
        words,
    );
    const files = places.map(({ resource, before, after }) => differenceOf(resource, before, after));
    const resources = places.map(({ resource }) => resource);
    await need(context, { action: "edit", resources, save: ["*"], metadata: { files } }, words);
    for (const { absolute, before, after } of places) {
        if (after === undefined) rmSync(absolute, { force: true });
        else {
            mkdirSync(dirname(absolute), { recursive: true });
            writeFileSync(absolute, after);
        }
        context.changed({ path: absolute, before, after });
    }
    return files;
}

/** All files below a folder, by their paths in it; hidden ones and node_modules are left out. */
export function filesBelow(folder: string, prefix = ""): string[] {
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { withFileTypes: true })
        .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
        .sort((one, other) => one.name.localeCompare(other.name))
        .flatMap((entry) => {
            const path = `${prefix}${entry.name}`;
            return entry.isDirectory() ? filesBelow(join(folder, entry.name), `${path}/`) : [path];
        });
}

function globPattern(pattern: string): RegExp {
    const source = pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replace(/\*\*\/|\*\*|\*|\?/g, (star) =>
            star === "**/" ? "(.*/)?" : star === "**" ? ".*" : star === "*" ? "[^/]*" : "[^/]",
        );
    return new RegExp(`^${source}$`);
}

const shellTool = tool({
    description: "Execute a shell command and return its output.",
    action: "shell",
    input: fields(
        { command: text() },
        { workdir: text(), timeout: number, background: flag, description: text() },
    ),
    parameters: ["command", "workdir"],
    async run({ command, workdir }, context) {
        const cwd = resolve(context.directory, workdir ?? ".");
        const commands = commandsOf(command);
        const words = `Unable to execute command: ${command}`;
        await needOutside(context, [cwd, ...commands.flatMap((one) => foldersOf(one, cwd))], words);
        if (commands.length > 0)
            await need(
                context,
                { action: "shell", resources: commands, save: commands.map(savedPattern) },
                words,
            );
        if (!existsSync(cwd)) throw new ToolFailure(words);
        const shellID = newId("sh_");
        context.progress({ shellID });
        const { output, exit } = await runCommand(command, {
            cwd,
            environment: context.environment,
            signal: context.signal,
            onOutput: (so) => context.progress({ shellID, output: so.slice(-longestOutput) }),
        });
        context.signal.throwIfAborted();
        const truncated = output.length > longestOutput;
        return {
            content: [output.slice(0, longestOutput), `Command exited with code ${exit ?? "unknown"}.`],
            metadata: { status: "completed", truncated, ...(exit === undefined ? {} : { exit }) },
        };
    },
});

const readTool = tool({
    description: "Read a file or list a folder.",
    action: "read",
    input: fields({ path: text() }, { offset: number, limit: number }),
    parameters: ["path", "offset", "limit"],
    async run({ path, offset, limit }, context) {
        const place = placeOf(path, context.directory);
        const words = `Unable to read ${path}`;
        if (place.outside !== undefined) await needOutside(context, [place.outside], words);
        await need(context, { action: "read", resources: [place.resource], save: ["*"] }, words);
        if (!existsSync(place.absolute)) throw new ToolFailure(`File not found: ${path}`);
        if (statSync(place.absolute).isDirectory())
            return { content: [readdirSync(place.absolute).sort().join("\n")], metadata: {} };
        const start = Math.max(0, (offset ?? 1) - 1);
        const lines = readFileSync(place.absolute, "utf8").split("\n");
        const shown = lines.slice(start, start + (limit ?? 2000));
        return {
            content: [shown.map((line, index) => `${start + index + 1}: ${line}`).join("\n")],
            metadata: {},
        };
    },
});

const writeTool = tool({
    description: "Write a file.",
    action: "edit",
    input: fields({ path: text(), content: text() }, {}),
    parameters: ["path", "content"],
    async run({ path, content }, context) {
        const files = await change(context, [{ path, after: content }], `Unable to write ${path}`);
        return { content: [`Wrote ${files[0]?.file}`], metadata: { files } };
    },
});

const editTool = tool({
    description: "Edit a file by replacing exact text.",
    action: "edit",
    input: fields({ path: text(), oldString: text(), newString: text() }, { replaceAll: flag }),
    parameters: ["path", "oldString", "newString", "replaceAll"],
    async run({ path, oldString, newString, replaceAll }, context) {
        if (oldString === newString)
            throw new ToolFailure("No changes to apply: oldString and newString are identical.");
        if (oldString === "")
            throw new ToolFailure("oldString must not be empty. Use write to create or overwrite a file.");
        const before = read(placeOf(path, context.directory).absolute);
        if (before === undefined) throw new ToolFailure(`File not found: ${path}`);
        const count = before.split(oldString).length - 1;
        if (count === 0) throw new ToolFailure(`Could not find oldString in ${path}.`);
        if (count > 1 && replaceAll !== true)
            throw new ToolFailure(`Found ${count} matches for oldString, but expected exactly one.`);
        const after = before.split(oldString).join(newString);
        const files = await change(context, [{ path, after }], `Unable to edit ${path}`);
        return {
            content: [`Edited ${files[0]?.file} (${count} replacement${count === 1 ? "" : "s"})`],
            metadata: { files },
        };
    },
});

const patchTool = tool({
    description: "Apply a patch to files.",
    action: "edit",
    input: fields({ patchText: text() }, {}),
    parameters: ["patchText"],
    async run({ patchText }, context) {
        try {
            const wanted = readPatch(patchText).flatMap((file) => {
                if (file.kind === "add") return [{ path: file.path, after: file.content }];
                if (file.kind === "delete") return [{ path: file.path, after: undefined }];
                const before = read(placeOf(file.path, context.directory).absolute);
                if (before === undefined) throw new Error(`File not found: ${file.path}`);
                const after = applyChunks(before, file.chunks);
                if (file.moveTo === undefined) return [{ path: file.path, after }];
                return [
                    { path: file.path, after: undefined },
                    { path: file.moveTo, after },
                ];
            });
            const files = await change(context, wanted, "Unable to apply patch");
            return { content: [`Patched ${files.map(({ file }) => file).join(", ")}`], metadata: { files } };
        } catch (error) {
            if (error instanceof ToolFailure || error instanceof Denied) throw error;
            context.signal.throwIfAborted();
            throw new ToolFailure(`Unable to apply patch: ${(error as Error).message}`);
        }
    },
});

/** Where glob and grep look, once that is allowed. */
async function lookIn(
    context: ToolContext,
    action: string,
    pattern: string,
    path: string | undefined,
): Promise<string> {
    const words = `Unable to run ${action} ${pattern}`;
    const folder = resolve(context.directory, path ?? ".");
    await needOutside(context, [folder], words);
    await need(context, { action, resources: [pattern], save: ["*"] }, words);
    return folder;
}

const globTool = tool({
    description: "Find files by a pattern of their paths.",
    action: "glob",
    input: fields({ pattern: text() }, { path: text(), limit: number }),
    parameters: ["pattern", "path"],
    async run({ pattern, path }, context) {
        const folder = await lookIn(context, "glob", pattern, path);
        const isMatch = globPattern(pattern);
        const found = filesBelow(folder).filter((file) => isMatch.test(file));
        return {
            content: [found.length === 0 ? "No files found" : found.join("\n")],
            metadata: { count: found.length },
        };
    },
});

const grepTool = tool({
    description: "Find lines in files by a regular expression.",
    action: "grep",
    input: fields({ pattern: text() }, { path: text(), include: text(), limit: number }),
    parameters: ["pattern", "path", "include"],
    async run({ pattern, path, include }, context) {
        const folder = await lookIn(context, "grep", pattern, path);
        const isIncluded = globPattern(include === undefined ? "**" : `**/${include}`);
        const isMatch = new RegExp(pattern);
        const found = filesBelow(folder)
            .filter((file) => isIncluded.test(file))
            .flatMap((file) =>
                readFileSync(join(folder, file), "utf8")
                    .split("\n")
                    .flatMap((line, index) => (isMatch.test(line) ? [`${file}:${index + 1}: ${line}`] : [])),
            );
        return {
            content: [found.length === 0 ? "No matches found" : found.join("\n")],
            metadata: { matches: found.length },
        };
    },
});

const webfetchTool = tool({
    description: "Fetch a page.",
    action: "webfetch",
    input: fields({ url: text() }, { format: text(), timeout: number }),
    parameters: ["url", "format"],
    async run({ url }, context) {
        await need(context, { action: "webfetch", resources: [url], save: ["*"] }, `Unable to fetch ${url}`);
        // It has no network beyond its model.
        throw new ToolFailure(`Unable to fetch ${url}`);
    },
});

const skillTool = tool({
    description: "Load a skill.",
    action: "skill",
    input: fields({ id: text() }, {}),
    parameters: ["id"],
    async run({ id }, context) {
        await need(context, { action: "skill", resources: [id], save: [id] }, `Unable to load skill ${id}`);
        throw new ToolFailure(`Skill not found: ${id}`);
    },
});

const subagentTool = tool({
    description: "Have another agent do something in a child session.",
    action: "subagent",
    input: fields(
        { agent: text(), description: text(), prompt: text() },
        { sessionID: text("ses"), background: flag },
    ),
    parameters: ["agent", "description", "prompt", "sessionID"],
    async run({ agent, description, prompt, sessionID }, context) {
        await need(
            context,
            { action: "subagent", resources: [agent], save: [agent] },
            `Subagent denied: ${agent}`,
        );
        let child = "";
        const metadata = (status: string): Record<string, unknown> => {
            const key = context.doubts.subagentMetadata;
            return key === "none" ? { status } : { [key]: child, status };
        };
        const output = await context.runChild({ agent, title: description, prompt, sessionID }, (id) => {
            child = id;
            context.progress(metadata("running"));
        });
        return {
            content: [`<subagent sessionID="${child}" state="completed">\n${output}\n</subagent>`],
            metadata: metadata("completed"),
        };
    },
});

interface AskedQuestion {
    question: string;
    header?: string;
    options?: { label: string; description?: string }[];
    multiple?: boolean;
    custom?: boolean;
}

const questionShape: Shape<AskedQuestion> = fields(
    { question: text() },
    {
        header: text(),
        options: list(fields({ label: text() }, { description: text() })),
        multiple: flag,
        custom: flag,
    },
);

/** A question as a field. Its own answer may be typed in place of an option unless it says that it may not. */
function fieldOf(question: AskedQuestion, index: number): FormField {
    const options = (question.options ?? []).map(({ label, description }): FormOption => ({
        value: label,
        label,
        ...(description === undefined ? {} : { description }),
    }));
    return {
        key: `q${index}`,
        ...(question.header === undefined ? {} : { title: question.header }),
        description: question.question,
        type: question.multiple === true ? "multiselect" : "string",
        options,
        custom: question.custom ?? true,
    };
}

/** What the model is told of an answer. */
function answerText(field: FormField, state: FormState & { status: "answered" }): string {
    const value = state.answer[field.key];
    const said = Array.isArray(value) ? value.join(", ") : value === undefined ? "" : String(value);
    const asked = field.description ?? field.title ?? field.key;
    return `"${asked}"="${said === "" ? "Unanswered" : said}"`;
}

const questionTool = tool({
    description: "Ask the user questions.",
    action: "question",
    // A real one takes questions alone; fields are there so that a model can be told to ask for any.
    input: fields({}, { questions: list(questionShape), fields: list(anything), title: text() }),
    parameters: ["questions"],
    async run(input, context) {
        await need(context, { action: "question", resources: ["*"] }, "Permission denied: question");
        const asked = (input.fields as FormField[] | undefined) ?? (input.questions ?? []).map(fieldOf);
        if (asked.length === 0) throw new ToolFailure("There is no question.");
        const { messageID, callID, doubts } = context;
        const state = await context.fill({
            id: newId("frm_"),
            sessionID: context.sessionID,
            title: input.title ?? "Questions",
            metadata: { kind: "question", tool: { messageID, [doubts.permissionSource]: callID } },
            fields: asked,
        });
        if (state.status !== "answered") {
            const message = state.status === "cancelled" ? state.message : undefined;
            if (message !== undefined && doubts.dismissalMessage === "goes on")
                throw new ToolFailure(message);
            throw new Dismissed("The user dismissed this question");
        }
        const answers = asked.map(({ key }) => {
            const value = state.answer[key];
            return Array.isArray(value) ? value : value === undefined ? [] : [String(value)];
        });
        const said = asked.map((field) => answerText(field, state)).join(", ");
        return {
            content: [
                `User has answered your questions: ${said}. You can now continue with the user's answers in mind.`,
            ],
            metadata: { answers },
        };
    },
});

/** The tools by their names. */
export const tools: Readonly<Record<string, Tool>> = {
    shell: shellTool,
    read: readTool,
    edit: editTool,
    write: writeTool,
    patch: patchTool,
    glob: globTool,
    grep: grepTool,
    webfetch: webfetchTool,
    subagent: subagentTool,
    skill: skillTool,
    question: questionTool,
};

/** What opencode 1 calls a tool, where opencode 2 calls it otherwise. */
const formerNames: Readonly<Record<string, string>> = {
    bash: "shell",
    task: "subagent",
    apply_patch: "patch",
};

/** The same for inputs of tools. */
const formerInputs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    read: { filePath: "path" },
    write: { filePath: "path" },
    edit: { filePath: "path" },
    subagent: { subagent_type: "agent" },
    skill: { name: "id" },
};

/** The tool's name in opencode 2, for a model that knows those of opencode 1. */
export function toolName(calledAs: string): string {
    return formerNames[calledAs] ?? calledAs;
}

/**
 * Reads the arguments of a call.
 * @param name the tool's name in opencode 2
 * @throws ToolFailure where they are not what the tool takes
 */
export function toolInput(name: string, written: string): Record<string, unknown> {
    let input: unknown;
    try {
        input = JSON.parse(written === "" ? "{}" : written);
    } catch {
        throw new ToolFailure(`Invalid tool input: ${written.slice(0, 100)}`);
    }
    if (typeof input !== "object" || input === null) throw new ToolFailure("Invalid tool input");
    const renamed = formerInputs[name] ?? {};
    return Object.fromEntries(Object.entries(input).map(([key, value]) => [renamed[key] ?? key, value]));
}

/** How a model is told of a tool. */
export function offered(name: string): {
    type: "function";
    function: { name: string; description: string; parameters: object };
} {
    const { description = "", parameters = [] } = tools[name] ?? {};
    const properties = Object.fromEntries(parameters.map((parameter) => [parameter, {}]));
    return { type: "function", function: { name, description, parameters: { type: "object", properties } } };
}
