import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CommanderError } from "commander";
import { describe, expect, test } from "vitest";
import type { Index } from "trapos-registry";
import { startCountingProxy } from "../../tools/bench/counting-proxy.ts";
import { type Figure, isOk, namesMeant } from "../../tools/bench/figure.ts";
import { spaceIn } from "craftos-headless";
import { figures } from "../../tools/bench/figures/index.ts";
import { installedSize, neededPackages } from "../../tools/bench/figures/installed-size.ts";
import { timing } from "../../tools/bench/figures/turns.ts";
import { commandLine } from "../../tools/bench/options.ts";
import { jsonLine, table } from "../../tools/bench/report.ts";
import { differencePercent, evenly, median } from "../../tools/bench/statistics.ts";
import { nodeOptions } from "../../tools/setup/node.ts";

const figure = (more: Partial<Figure> = {}): Figure => ({
    name: "delay",
    unit: "s",
    measure: () => Promise.resolve(0),
    ...more,
});

describe("statistics", () => {
    test.each([
        { values: [3], expected: 3 },
        { values: [10, 9, 100], expected: 10 },
        { values: [4, 1, 3, 2], expected: 2.5 },
        { values: [], expected: NaN },
    ])("the median of $values is $expected", ({ values, expected }) => {
        expect(median(values)).toBe(expected);
    });

    test("the median leaves the numbers in their order", () => {
        const values = [3, 1, 2];
        median(values);
        expect(values).toEqual([3, 1, 2]);
    });

    test("evenly spread numbers fill the range around their centre", () => {
        expect(evenly(1, 10, 2)).toEqual([10]);
        expect(evenly(4, 10, 8)).toEqual([7, 9, 11, 13]);
    });

    test("a difference counts up and down", () => {
        expect(differencePercent(105, 100)).toBeCloseTo(5);
        expect(differencePercent(90, 100)).toBeCloseTo(10);
    });
});

describe("whether a figure is ok", () => {
    test.each([
        { bar: 5, value: 4, ok: true },
        { bar: 5, value: 5, ok: true },
        { bar: 5, value: 5.01, ok: false },
        { bar: undefined, value: 1e9, ok: true },
        { bar: 5, value: undefined, ok: false },
        { bar: undefined, value: undefined, ok: false },
        { bar: 5, value: NaN, ok: false },
    ])("$value with at most $bar: $ok", ({ bar, value, ok }) => {
        expect(isOk({ figure: figure({ bar }), value })).toBe(ok);
    });
});

describe("the figures", () => {
    const names = figures.map(({ name }) => name);

    test("each has a name of its own", () => {
        expect(new Set(names).size).toBe(names.length);
    });

    test("each that stands beside another stands beside one that there is", () => {
        const others = figures.flatMap(({ beside }) => beside ?? []);
        expect(others.length).toBeGreaterThan(0);
        expect(names).toEqual(expect.arrayContaining(others));
    });

    test("have the bars that the project promises", () => {
        const bars = Object.fromEntries(figures.map(({ name, bar }) => [name, bar]));
        expect(bars).toMatchObject({
            "turn-0.2s-session-1-delay": 0.15,
            "turn-2s-session-100-delay": 0.15,
            "turn-10s-session-20-delay": 0.4,
            "turn-10s-session-20-requests": 45,
            "growth-10s": 5,
            "markdown-20kB": 60,
            "markdown-pieces-20kB": 600,
            "ccpm-sha256": 300,
            "ccpm-install-seconds": 5,
            "ccpm-upgrade-nothing-requests": 1,
            "ccpm-upgrade-one-file-requests": 2,
            "installed-size-ai": 625_000,
            "installed-size-opencode2": 60_000,
            "installed-size-ccpm": 140_000,
            "version-time": 25,
            "version-memory": 250_000,
            "trapos-on-disk": undefined,
            "turn-10s-session-20-delay-naive": undefined,
        });
    });
});

describe("when the model answers", () => {
    const phases = evenly(10, 0.5, 1);

    test("turns that are short beside the client's polls are spread around their length", () => {
        const seconds = phases.map((phase) => timing(0.2, 2, phase).seconds);
        expect(Math.min(...seconds)).toBeGreaterThanOrEqual(0);
        expect(median(seconds)).toBeCloseTo(0.2);
        expect(phases.map((phase) => timing(2, 2, phase).seconds)).toEqual(evenly(10, 2, 2));
    });

    test("longer turns end everywhere between two polls", () => {
        const timings = phases.map((phase) => timing(10, 0.7, phase));
        for (const { seconds } of timings) expect(seconds).toBeCloseTo(9.3);
        const afterPoll = timings.map(({ afterPoll }) => afterPoll);
        expect(afterPoll).toEqual(phases.map((phase) => phase * 0.7));
    });
});

describe("the command line", () => {
    const names = ["size", "turn-2s-delay", "turn-2s-delay-naive", "turn-20s-delay"];
    const parse = (...words: string[]) =>
        commandLine(names)
            .configureOutput({ writeErr: () => {} })
            .parse(words, { from: "user" })
            .opts();

    test.each([
        { wanted: "turn-2s-delay", meant: ["turn-2s-delay"] },
        { wanted: "turn-2s", meant: ["turn-2s-delay", "turn-2s-delay-naive"] },
        { wanted: "turn-2", meant: ["turn-2s-delay", "turn-2s-delay-naive", "turn-20s-delay"] },
        { wanted: "delay", meant: [] },
    ])("$wanted means $meant", ({ wanted, meant }) => {
        expect(namesMeant(wanted, names)).toEqual(meant);
    });

    test("measures all and prints a table when nothing is said", () => {
        expect(parse()).toEqual({});
    });

    test("--only can be repeated", () => {
        expect(parse("--only", "size", "--json", "--only", "turn-20s")).toEqual({
            json: true,
            only: ["size", "turn-20s-delay"],
        });
    });

    test.each(["--only speed", "--only", "--fast", "size"])("%s is refused", (line) => {
        expect(() => parse(...line.split(" "))).toThrow(CommanderError);
    });
});

describe("the report", () => {
    const ours = { figure: figure({ bar: 0.15 }), value: 0.0731 };
    const naive = { figure: figure({ name: "delay-naive", beside: "delay" }), value: 1.756 };
    const cells = (row: string) => row.trim().split(/ {2,}/);

    test("an object a figure holds what programs need", () => {
        expect(JSON.parse(jsonLine(ours))).toEqual({
            name: "delay",
            value: 0.0731,
            unit: "s",
            bar: 0.15,
            ok: true,
        });
        expect(JSON.parse(jsonLine({ figure: figure({ bar: 1 }), value: undefined }))).toMatchObject({
            value: null,
            ok: false,
        });
        expect(JSON.parse(jsonLine(naive))).toMatchObject({ bar: null, ok: true });
    });

    test("the table shows the naive client beside ours", () => {
        const rows = table([ours, naive]).split("\n").map(cells);
        expect(rows).toEqual([
            ["figure", "ours", "naive", "unit", "at most"],
            ["delay", "0.0731", "1.76", "s", "0.15", "ok"],
        ]);
    });

    test("the naive client has a row of its own where ours was not measured", () => {
        expect(table([naive]).split("\n").map(cells)[1]).toEqual(["delay-naive", "1.76", "s"]);
    });

    test("what is above its bar or could not be measured is not ok", () => {
        const big = { figure: figure({ name: "size", unit: "B", bar: 60_000 }), value: 91_408 };
        const failed = { figure: figure({ name: "speed" }), value: undefined };
        const rows = table([big, failed]).split("\n").map(cells);
        expect(rows.slice(1)).toEqual([
            ["size", "91408", "B", "60000", "NOT OK"],
            ["speed", "failed", "s", "NOT OK"],
        ]);
        const naiveFailed = { ...naive, value: undefined };
        expect(table([ours, naiveFailed]).split("\n").map(cells)[1]).toEqual([
            "delay",
            "0.0731",
            "failed",
            "s",
            "0.15",
            "NOT OK",
        ]);
    });
});

describe("the installed size", () => {
    const entry = (dependencies: string[], ...sizes: number[]) => ({
        version: "1.0.0",
        description: "",
        dependencies: Object.fromEntries(dependencies.map((name) => [name, "^1.0.0"])),
        files: Object.fromEntries(sizes.map((size, number) => [`${number}.lua`, { size, sha256: "" }])),
    });
    const index: Index = {
        version: 1,
        packages: {
            ai: entry(["ui", "core"], 100, 20),
            ui: entry(["core"], 3),
            core: entry([], 4000),
            other: entry(["gone"], 50_000),
        },
    };

    test("is that of the packages' files", () => {
        expect(installedSize(index, ["ai", "core"])).toBe(4120);
    });

    test("what a package needs is each once, and has to be in the index", () => {
        expect(neededPackages(index, "ai")).toHaveLength(3);
        expect(() => neededPackages(index, "other")).toThrow("no package gone");
    });
});

test("the space that files take is counted as CC does: 500 bytes at least, of folders, too", async () => {
    const folder = await mkdtemp(join(tmpdir(), "bench-test-"));
    try {
        await mkdir(join(folder, "deep/er"), { recursive: true });
        await writeFile(join(folder, "deep/er/one"), "x".repeat(501));
        await writeFile(join(folder, "empty"), "");
        expect(spaceIn(folder)).toBe(500 + 500 + 501 + 500);
    } finally {
        await rm(folder, { recursive: true });
    }
});

describe("the counting proxy", () => {
    /** The bytes that a server sends to a client which has one connection for one request. */
    function receive(url: string, request: string): Promise<string> {
        const { hostname, port } = new URL(url);
        return new Promise((done, failed) => {
            let received = "";
            const socket = connect(Number(port), hostname, () => socket.write(request));
            socket.setEncoding("latin1").on("data", (chunk: string) => (received += chunk));
            socket.on("error", failed).on("close", () => done(received));
        });
    }

    test("hands requests and answers on, and counts them", async () => {
        const server = createServer((request, response) => {
            let body = "";
            request.setEncoding("latin1").on("data", (chunk: string) => (body += chunk));
            request.on("end", () => {
                response.writeHead(201, { "X-Seen": `${request.method} ${request.url}` });
                response.end(Buffer.from(`${body}${"\xff".repeat(100_000)}`, "latin1"));
            });
        });
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        const proxy = await startCountingProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
        const post = "POST /a?b=%20 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nyes";
        const first = await receive(proxy.url, post);
        const second = await receive(proxy.url, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        expect(first).toMatch(/^HTTP\/1\.1 201 [^]*X-Seen: POST \/a\?b=%20\r\n[^]*yes\xff+[^]*$/);
        expect(await proxy.stop()).toEqual({ requests: 2, bytesReceived: first.length + second.length });
        server.close();
    });

    test("a request goes on when the one who is told of it says so", async () => {
        const seen: string[] = [];
        const server = createServer((_, response) => {
            seen.push("server");
            response.end();
        });
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const proxy = await startCountingProxy(target, async ({ url }) => {
            await new Promise((done) => setImmediate(done));
            seen.push(`before ${url}`);
            if (url === "/no") throw new Error("no");
        });
        expect((await fetch(`${proxy.url}/yes`)).status).toBe(200);
        await expect(fetch(`${proxy.url}/no`)).rejects.toThrow();
        expect(seen).toEqual(["before /yes", "server", "before /no"]);
        await proxy.stop();
        server.close();
    });

    test("a server that is gone is gone through the proxy, too", async () => {
        const server = createServer();
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        const { port } = server.address() as AddressInfo;
        await new Promise((done) => server.close(done));
        const proxy = await startCountingProxy(`http://127.0.0.1:${port}`);
        await expect(fetch(proxy.url)).rejects.toThrow();
        expect(await proxy.stop()).toEqual({ requests: 1, bytesReceived: 0 });
    });
});

describe("npm run bench", () => {
    const project = resolve(import.meta.dirname, "../..");
    function run(...words: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
        const program = join(project, "tools/bench/index.ts");
        const child = spawn(process.execPath, [...nodeOptions, program, ...words], {
            cwd: project,
            stdio: ["ignore", "pipe", "pipe"],
        });
        const output = { stdout: "", stderr: "" };
        child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output.stdout += chunk));
        child.stderr.setEncoding("utf8").on("data", (chunk: string) => (output.stderr += chunk));
        return new Promise((done) => child.on("close", (status) => done({ status, ...output })));
    }

    test("--json prints a line a figure, and the status says whether all are ok", async () => {
        const { status, stdout } = await run(
            "--json",
            "--only",
            "installed-size-ai",
            "--only",
            "version-memory",
        );
        const results = stdout
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line) as { name: string; value: number; ok: boolean });
        expect(results.map(({ name }) => name)).toEqual(["installed-size-ai", "version-memory"]);
        for (const { value } of results) expect(value).toBeGreaterThan(0);
        expect(status).toBe(results.every(({ ok }) => ok) ? 0 : 1);
    });

    test("an unknown figure ends it with a word on what to do", async () => {
        const { status, stdout, stderr } = await run("--only", "speed");
        expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
        expect(stderr).toMatch(/^error: [^\n]*'speed'[^\n]*--help lists them\.\n$/);
    });
});
