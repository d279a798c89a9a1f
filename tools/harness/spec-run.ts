import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { SourceMap, type SourceMapPayload, type SourceMapping } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Backend } from "./backend.ts";
import { conclusion } from "./conclusion.ts";
import { installPackages } from "./disk.ts";
import { writeSettings, watch } from "craftos-headless";
import type { SpecFile } from "./spec-compile.ts";
import { copyProject } from "./spec-folder.ts";
import { specServerSetting } from "./spec-server.ts";

/** What became of a case. */
export interface SpecCase {
    /** Names of the blocks around it and its own, with a space between them. */
    name: string;
    status: "passed" | "failed" | "pending";
    /** Why it failed, with the place in the source, or is pending. */
    message?: string;
}

/** What became of a spec file. */
export interface SpecResult {
    cases: SpecCase[];
    /** Why the computer did not come to the end of it. */
    problem?: string;
}

interface ReportedCase {
    names: string[];
    status: SpecCase["status"];
    where?: string;
    message?: string;
    expected?: string;
    got?: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null;

function isReportedCase(value: unknown): value is ReportedCase {
    if (!isObject(value)) return false;
    const { names, status, where, message, expected, got } = value;
    return (
        Array.isArray(names) &&
        names.every((name) => typeof name === "string") &&
        (status === "passed" || status === "failed" || status === "pending") &&
        [where, message, expected, got].every((text) => text === undefined || typeof text === "string")
    );
}

/** The cases in what `runtest --report` writes for one file; undefined when it is something else. */
function reportedCases(report: unknown): ReportedCase[] | undefined {
    const files = isObject(report) ? report["files"] : undefined;
    const file: unknown = Array.isArray(files) && files.length === 1 ? files[0] : undefined;
    const cases = isObject(file) ? file["cases"] : undefined;
    // Lua cannot tell an empty list from an empty object.
    if (isObject(cases) && Object.keys(cases).length === 0) return [];
    return Array.isArray(cases) && cases.every(isReportedCase) ? cases : undefined;
}

const lua = join(import.meta.dirname, "lua");
const defaultTimeoutSeconds = 60;

/** The place in the source that a line of the Lua came from. */
function sourcePlace({ file, source, map }: SpecFile, where: string): string {
    const line = Number(/:(\d+)$/.exec(where)?.[1]);
    if (!where.startsWith(`/${file}:`) || Number.isNaN(line)) return where;
    if (map === undefined) return `${source}:${line}`;
    const sources = new SourceMap(JSON.parse(map) as SourceMapPayload);
    // What stands last on a line counts, but for marks in a bundle that name no source.
    let entry: Partial<SourceMapping> = sources.findEntry(line - 1, 10_000);
    while (entry.originalLine === undefined) {
        if (entry.generatedLine === undefined || entry.generatedColumn === undefined) return where;
        entry = sources.findEntry(entry.generatedLine, entry.generatedColumn - 1);
    }
    return `${entry.originalSource}:${entry.originalLine + 1}`;
}

function readCase(spec: SpecFile, { names, status, where, message, expected, got }: ReportedCase): SpecCase {
    const name = names.join(" ");
    if (status === "passed") return { name, status };
    const lines = [
        message,
        expected === undefined ? undefined : `expected: ${expected}`,
        got === undefined ? undefined : `got: ${got}`,
        where === undefined ? undefined : `at ${sourcePlace(spec, where)}`,
    ];
    const text = lines.filter((line) => line !== undefined).join("\n");
    return { name, status, ...(text !== "" && { message: text }) };
}

/**
 * Reads the report of `runtest` for a file.
 * @returns undefined when the text is no report, as after a computer that ended in the midst of it
 */
function readReport(spec: SpecFile, text: string): SpecCase[] | undefined {
    let report: unknown;
    try {
        report = JSON.parse(text);
    } catch {
        return undefined;
    }
    return reportedCases(report)?.map((one) => readCase(spec, one));
}

/** Where specs run, and with what. */
export interface SpecOptions {
    backend: Backend;
    /** Address of the server for the specs of http, see startSpecServer. */
    server: string;
    /** A folder with bios.lua and rom/ in place of the backend's own. */
    rom?: string;
    /** 60 when absent. */
    timeoutSeconds?: number;
    signal?: AbortSignal;
}

/**
 * Runs a spec file on a computer of its own. Whatever goes wrong with it is a problem of this file alone.
 * @throws what `signal` was stopped with, and nothing else
 */
export async function runSpec(spec: SpecFile, options: SpecOptions): Promise<SpecResult> {
    const disk = await mkdtemp(join(tmpdir(), "trapos-spec-"));
    try {
        return await runOn(disk, spec, options);
    } catch (error) {
        options.signal?.throwIfAborted();
        return { cases: [], problem: error instanceof Error ? error.message : String(error) };
    } finally {
        await rm(disk, { recursive: true, force: true });
    }
}

async function runOn(disk: string, spec: SpecFile, options: SpecOptions): Promise<SpecResult> {
    const { backend, server, rom, timeoutSeconds = defaultTimeoutSeconds, signal } = options;
    if (spec.disk !== undefined) await copyProject(spec.disk, disk);
    await installPackages(disk, ["trapos-test"]);
    await writeSettings(disk, { [specServerSetting]: server });
    for (const folder of ["harness", dirname(spec.file), "startup"]) {
        await mkdir(join(disk, folder), { recursive: true });
    }
    await writeFile(join(disk, spec.file), spec.lua);
    await writeFile(join(disk, "harness/spec.txt"), spec.file);
    await writeFile(join(disk, "harness/skip.json"), JSON.stringify(backend.skipped));
    await copyFile(join(lua, "run-specs.lua"), join(disk, "startup/run-specs.lua"));
    signal?.throwIfAborted();
    const computer = await backend.boot({ disk, allow: ["127.0.0.1"], rom });
    const end = await watch(computer, timeoutSeconds, signal);
    const report = await readFile(join(disk, "harness/report.json"), "utf8").catch(() => "");
    const cases = readReport(spec, report);
    if (cases !== undefined) return { cases };
    const { line } = conclusion(end, timeoutSeconds);
    const why = line ?? (report.trim() === "" ? "No report came." : "What came is no report.");
    return { cases: [], problem: `${why} Its screen:\n${computer.transcript()}` };
}
