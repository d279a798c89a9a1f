/** `ai bg`, `jobs`, `job`, `collect`, `kill` and `screen` on a computer, and `ai.jobs`, against a small bridge. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeSettings } from "craftos-headless";
import { bytes } from "../../tools/lua/index.ts";
import { hostileTexts, rawError } from "./ai-screen-support.ts";
import {
    isDone,
    job,
    type JobsBridge,
    rowsOf,
    run,
    sizes,
    startComputer,
    startJobsBridge,
    until,
} from "./jobs-support.ts";
import { runWithLibai, temporaryFolder } from "./libai-support.ts";

/** A bridge with a job in each state. */
async function bridgeWithJobs(): Promise<JobsBridge> {
    const world = await startJobsBridge();
    world.set(job(7, { tool: "bash npm test" }));
    const long = "build a sorting system for my storage room and label all of its chests";
    world.set(
        job(8, { state: "queued", place: 2, reason: "2 jobs run at once", prompt: long, seconds: 4000 }),
    );
    world.set(job(9, { state: "done", seconds: 12 }), "The lock is **done**:\n\n```lua\nreturn 1\n```");
    world.set(job(10, { state: "failed", reason: "The model fell silent.", seconds: 1e5 }), "So far.");
    world.set(job(11, { state: "killed", reason: "steve stopped it", computer: "tower" }));
    world.set(job(12, { asks: "bash: rm -rf x" }));
    world.answer = (name, given) => {
        if (name === "spawnJob") return { value: job(13, { prompt: String(given.prompt) }) };
        if (name !== "jobCollected") return undefined;
        const { job: collected, text } = world.jobs.get(Number(given.number))!;
        world.set({ ...collected, isCollected: true }, text);
        return undefined;
    };
    return world;
}

/** Commands that are looked at. */
const scenes = [
    "ai jobs",
    "ai help jobs",
    "ai help bg",
    "ai bg",
    "ai bg dig a hole",
    "ai job 9",
    "ai job 10",
    "ai job 11",
    "ai collect 9",
    "ai collect 9",
    "ai job 9",
    "ai collect 10",
    "ai collect 11",
    "ai collect 7 --timeout 0.1",
    "ai collect 99",
    "ai kill 9",
    "ai kill 11",
    "ai screen",
    "ai screen on",
    "ai screen off",
];

it.each(sizes)("looks so at $width x $height, colour: $colour", { timeout: 90_000 }, async (size) => {
    const world = await bridgeWithJobs();
    const computer = await startComputer(world, size);
    const shown: string[] = [];
    for (const scene of scenes) {
        const rows = await run(computer, scene);
        for (const row of rows) expect(row.length).toBeLessThanOrEqual(size.width);
        shown.push(`=== ${scene}`, ...rows);
    }
    const name = `${size.width}x${size.height}${size.colour ? "" : "-grey"}`;
    await expect(`${shown.join("\n")}\n`).toMatchFileSnapshot(`screens/jobs-${name}.txt`);
});

it("has no job and no link to speak of: says how to get one", async () => {
    const world = await startJobsBridge();
    const computer = await startComputer(world);
    expect(await run(computer, "ai jobs")).toContain("No jobs yet. Begin one: ai bg <prompt>");
    await run(computer, "ai unlink");
    for (const command of ["jobs", "bg dig a hole", "job 1", "collect 1", "kill 1"]) {
        const rows = await run(computer, `ai ${command}`);
        expect(rows).toContain("This computer is linked with no bridge.");
        expect(rows).toContain("Link it: ai link <address>");
    }
});

it("says that the bridge is older than jobs are", async () => {
    const world = await startJobsBridge();
    const computer = await startComputer(world);
    world.answer = (name) => ({ code: "bad_request", detail: { what: `no call ${name}` } });
    expect(await run(computer, "ai jobs")).toContain("Upgrade the bridge.");
});

it("says why no further job is taken", async () => {
    const world = await startJobsBridge();
    const computer = await startComputer(world);
    const what = "There are 20 jobs in the queue already";
    world.answer = () => ({ code: "limit_reached", detail: { what } });
    expect((await run(computer, "ai bg dig")).join(" ")).toContain(`${what}.`);
});

describe("ai bg", () => {
    it("hands over what is asked, with what the settings and the flags say", async () => {
        const world = await bridgeWithJobs();
        const computer = await startComputer(world, {}, { "opencc.agent": "plan" });
        await run(computer, "ai bg --keep --model a/b dig a hole --deep");
        expect(await world.called("spawnJob")).toMatchObject({
            prompt: "dig a hole --deep",
            model: "a/b",
            agent: "plan",
            isKept: true,
        });
        await run(computer, "ai bg dig");
        const second = await world.called("spawnJob", 2);
        expect(second).toMatchObject({ prompt: "dig", agent: "plan", isKept: false });
        expect(second.model).toBeUndefined();
        expect(second.key).not.toBe(world.calls[0]!.given.key);
    });

    it("says how one is told of the end where no link is held beside the shell", async () => {
        const hint = "Reboot once, to be told here when it ends.";
        const world = await bridgeWithJobs();
        const linkedJustNow = await startComputer(world, {}, { "trapos.autostart.trapos-link": false });
        expect(await run(linkedJustNow, "ai bg dig a hole")).toContain(hint);
        await linkedJustNow.close();
        expect(await run(await startComputer(world), "ai bg dig a hole")).not.toContain(hint);
    });

    it("asks again with the same key where the answer was lost", { timeout: 60_000 }, async () => {
        const world = await startJobsBridge();
        const computer = await startComputer(world);
        world.answer = (name) => (name === "spawnJob" ? "silence" : undefined);
        await computer.type("ai bg dig a hole\n");
        const first = await world.called("spawnJob");
        world.answer = (name) => (name === "spawnJob" ? { value: job(3) } : undefined);
        world.connection.cut();
        await computer.waitForText("Job 3 begun.", { timeoutSeconds: 40 });
        expect(await world.called("spawnJob", 2)).toEqual(first);
    });

    it(
        "says at once that the bridge is away, and hands nothing over later",
        { timeout: 60_000 },
        async () => {
            const world = await startJobsBridge();
            const computer = await startComputer(world);
            await world.bridge.stop();
            await until("the end of the link", () => computer.screen().length > 0);
            const rows = await run(computer, "ai bg dig a hole");
            expect(rows.join(" ")).toContain("cannot be reached");
            expect(world.calls).toEqual([]);
        },
    );
});

describe("ai collect", () => {
    it("waits with what the job does on a moving line, shows its answer, and only then says so", async () => {
        const world = await startJobsBridge();
        world.set(job(7, { state: "queued", place: 2 }));
        const computer = await startComputer(world);
        await computer.type("ai collect 7\n");
        await computer.waitForText(/s number 2 in the queue/);
        world.set(job(7, { tool: "bash npm test" }));
        await computer.waitForText(/s bash npm test/);
        world.set(job(7, { asks: "bash: rm x" }));
        await computer.waitForText(/s asks: bash: rm x/);
        const shown: string[][] = [];
        world.answer = (name) => {
            if (name === "jobCollected") shown.push(rowsOf(computer));
            return undefined;
        };
        world.set(job(7, { state: "done" }), "# Done\n\nIt **opens**.");
        await world.called("jobTold");
        expect(await world.called("jobCollected")).toEqual({ number: 7 });
        expect(shown[0]!.slice(-3)).toEqual(["Done", "", "It opens."]);
        expect(shown[0]!.join()).not.toContain("asks:");
    });

    it.each([
        ["done", { state: "done" }, "", true],
        ["failed", { state: "failed", reason: "it broke" }, "", false],
        ["killed", { state: "killed", reason: "no more" }, "", false],
        ["collected", { state: "done", isCollected: true }, "", false],
        ["running", { state: "running" }, " --timeout 0.2", false],
    ] as const)("ends as a program does: %s", async (_name, fields, flags, isFine) => {
        const world = await startJobsBridge();
        world.set(job(7, fields), "text");
        const computer = await startComputer(world);
        await computer.type(`lua\n`);
        await computer.waitForText("lua>");
        await computer.type(`shell.run("ai collect 7${flags}")\n`);
        await computer.waitForText(isFine ? /\ntrue\n/ : /\nfalse\n/, { timeoutSeconds: 20 });
        expect(rowsOf(computer).join("\n")).not.toMatch(rawError);
    });

    it("goes on over a connection that breaks", { timeout: 60_000 }, async () => {
        const world = await startJobsBridge();
        world.set(job(7));
        const computer = await startComputer(world);
        await computer.type("ai collect 7\n");
        await world.called("collectJob", 2);
        world.connection.cut();
        world.set(job(7, { state: "done" }), "It opens.");
        await computer.waitForText("\nIt opens.", { timeoutSeconds: 40 });
    });

    it("is left by q, and the job goes on", async () => {
        const world = await startJobsBridge();
        world.set(job(7));
        const computer = await startComputer(world);
        await computer.type("ai collect 7\n");
        await world.called("collectJob", 2);
        await computer.type("q");
        await computer.waitForText("It goes on. Show the answer: ai collect 7");
        expect(world.calls.map(({ name }) => name)).not.toContain("killJob");
        expect(world.calls.map(({ name }) => name)).not.toContain("jobCollected");
    });

    it("prints JSON, and a failure as one", async () => {
        const world = await bridgeWithJobs();
        const computer = await startComputer(world, { width: 400 });
        const done = await run(computer, "ai collect 9 --json");
        expect(JSON.parse(done[1]!)).toMatchObject({
            ok: true,
            value: { job: { number: 9, state: "done" } },
        });
        expect(await world.called("jobCollected")).toEqual({ number: 9 });
        const failed = await run(computer, "ai collect 10 --json");
        expect(JSON.parse(failed[1]!)).toMatchObject({ ok: false, code: "job_failed", text: "So far." });
    });
});

describe("ai job", () => {
    /** A computer that follows job 7, and what the bridge was told of that. */
    async function following(size: object = {}) {
        const world = await startJobsBridge();
        world.set(job(7, { sessionId: "ses_1", nonce: "n-1" }));
        const computer = await startComputer(world, size);
        await computer.type("clear\n");
        await until("a clear screen", () => rowsOf(computer).join() === ">");
        await computer.type("ai job 7\n");
        await until("a follower", () => world.said.some(({ type }) => type === "follow"));
        const say = (message: object) => world.connection.say(message);
        const tell = (nonce: string, at: number, text: string, kind = "text") =>
            say({ type: "text", nonce, kind, part: `prt_${nonce}`, at, text });
        return { world, computer, say, tell };
    }
    /** A turn's messages. */
    const steps = (text: string) => [
        {
            info: { id: "msg_1", sessionID: "ses_1", role: "assistant", time: { created: 1, completed: 2 } },
            parts: [{ id: "prt_1", type: "text", text }],
        },
    ];

    it.each(sizes)("shows it live to its end at $width x $height, colour: $colour", async (size) => {
        const { world, computer, say, tell } = await following(size);
        expect(world.said.find(({ type }) => type === "follow")).toMatchObject({
            nonce: "n-1",
            sessionId: "ses_1",
            wanted: { text: true },
        });
        tell("n-1", 0, "The lock ");
        await computer.waitForText("The lock");
        tell("n-1", 9, "is ready.");
        await computer.waitForText("The lock is ready.");
        world.set(job(7, { state: "done", sessionId: "ses_1", nonce: "n-1" }), "The lock is ready.");
        say({ type: "done", nonce: "n-1", sentAt: 1, steps: steps("The lock is ready.") });
        await computer.waitForText("Job 7 is done.");
        await until("the prompt", () => isDone(rowsOf(computer)));
        expect(rowsOf(computer)).toEqual([
            "> ai job 7",
            "Job 7: running, 1m",
            "> write a door lock",
            "The lock is ready.",
            "Job 7 is done.",
            ">",
        ]);
        // It was seen, and nobody has collected it.
        await world.called("jobTold");
        expect(world.calls.map(({ name }) => name)).not.toContain("jobCollected");
    });

    it("goes on with the turn in which it was begun again", async () => {
        const { world, computer, say, tell } = await following();
        tell("n-1", 0, "I begin");
        await computer.waitForText("I begin");
        world.set(job(7, { attempt: 2, sessionId: "ses_2", nonce: "n-2" }));
        say({ type: "failed", nonce: "n-1", code: "model_error", text: "I begin" });
        await computer.waitForText("It is begun again, attempt 2:");
        await until(
            "another follower",
            () => world.said.filter(({ type }) => type === "follow").length === 2,
        );
        tell("n-2", 0, "I end.");
        await computer.waitForText("I end.");
        world.set(job(7, { attempt: 2, state: "done", nonce: "n-2" }), "I end.");
        say({ type: "done", nonce: "n-2", sentAt: 1, steps: steps("I end.") });
        await computer.waitForText("Job 7 is done.");
        expect(rowsOf(computer).filter((row) => row === "I end.")).toHaveLength(1);
        expect(rowsOf(computer).filter((row) => row === "I begin")).toHaveLength(1);
    });

    it("shows why it failed, below what was written", async () => {
        const { world, computer, say, tell } = await following();
        tell("n-1", 0, "I begin");
        world.set(job(7, { state: "failed", reason: "It says the same again and again." }), "I begin");
        say({ type: "failed", nonce: "n-1", code: "aborted", text: "I begin" });
        await computer.waitForText(/I begin\nJob 7 failed: It says the same again and again.\nAsk again/);
    });

    it("has what it asks answered there", async () => {
        const { world, computer, say } = await following();
        const ask = { id: "per_1", sessionId: "ses_1", kind: "bash", patterns: ["rm x"], always: ["rm *"] };
        say({ type: "permission", nonce: "n-1", ask: { ...ask, command: "rm x" } });
        await computer.waitForText("Allow bash?");
        // It is not left while it asks.
        await computer.type("q");
        await computer.type("y");
        const decision = await until("a decision", () => world.said.find(({ type }) => type === "decision"));
        expect(decision).toMatchObject({ nonce: "n-1", id: "per_1", what: "permission", reply: "once" });
    });

    it.each([
        ["q", (type: (text: string) => Promise<void>) => type("q")],
        ["Ctrl+T", (_: unknown, press: (key: string) => Promise<void>) => press("ctrl+t")],
    ])("is left by %s, and the job goes on", async (_name, leave) => {
        const { world, computer, tell } = await following();
        tell("n-1", 0, "I begin");
        await computer.waitForText("I begin");
        await leave(
            (text) => computer.type(text),
            (key) => computer.press(key),
        );
        await computer.waitForText(/It goes on. Show .*ai job 7\n/);
        await until("the prompt", () => isDone(rowsOf(computer)));
        await until("a farewell", () => world.said.some(({ type }) => type === "leave"));
        const names = world.calls.map(({ name }) => name);
        for (const name of ["killJob", "abortSession", "stopSession", "jobTold", "jobCollected"])
            expect(names).not.toContain(name);
    });

    it("shows one of another computer in a moving line", async () => {
        const world = await startJobsBridge();
        world.set(job(7, { computer: "tower", sessionId: "ses_1", nonce: "n-1", tool: "bash npm test" }));
        const computer = await startComputer(world);
        await computer.type("ai job 7\n");
        await computer.waitForText(/on tower\n.* s bash npm test/);
        world.set(job(7, { computer: "tower", state: "done" }), "It is there.");
        await computer.waitForText(/It is there.\nJob 7 is done.\n>/);
        expect(world.said).toEqual([]);
    });

    it("waits until one that is queued begins, and follows it", async () => {
        const world = await startJobsBridge();
        world.set(job(7, { state: "queued", place: 1 }));
        const computer = await startComputer(world);
        await computer.type("ai job 7\n");
        await computer.waitForText("number 1 in the queue");
        world.set(job(7, { sessionId: "ses_1", nonce: "n-1" }));
        await until("a follower", () => world.said.some(({ type }) => type === "follow"));
    });
});

it("shows no hostile text of a job as it is", { timeout: 120_000 }, async () => {
    const world = await startJobsBridge();
    const computer = await startComputer(world);
    let number = 0;
    for (const text of Object.values(hostileTexts)) {
        number += 1;
        const fields = { prompt: text, computer: text, reason: text };
        world.set(job(number, { ...fields, state: "failed" }), text.slice(0, 2000));
        world.set(job(number + 100, { prompt: text, tool: text, words: text, asks: text, computer: text }));
    }
    const rows = await run(computer, "ai jobs");
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.join("\n")).not.toMatch(rawError);
    for (const at of Array.from({ length: number }, (_, place) => place + 1)) {
        const shown = await run(computer, `ai job ${at}`);
        expect(shown.join("\n")).not.toMatch(rawError);
        expect(computer.transcript()).toContain(`Job ${at}: failed, 1m`);
        await until("the prompt", () => rowsOf(computer).at(-1) === ">");
    }
});

describe("ai.jobs", () => {
    /** Runs Lua on a computer that is linked, with no service beside its shell. */
    async function linked(world: JobsBridge, snippet: string) {
        const disk = await temporaryFolder();
        await writeSettings(disk, {
            "opencc.link_url": world.bridge.url,
            "opencc.link_token": "abc123",
        });
        const result = await runWithLibai(snippet, { disk, packages: ["trapos", "trapos-link"] });
        return result.lines;
    }

    it("begins, lists, collects once and kills", async () => {
        const world = await bridgeWithJobs();
        const lines = await linked(
            world,
            `local ok, job = ai.jobs.spawn("dig a hole", { model = "a/b", agent = "plan", keep = true })
            print(ok, job.number, job.state, job.prompt)
            local _, list = ai.jobs.list()
            print(#list, list[1].number, list[1].asks)
            print(select(2, ai.jobs.status(8)).place)
            local seen = 0
            local _, got = ai.jobs.collect(9, { onProgress = function(job) seen = seen + job.number end })
            print(got.job.state, got.text:sub(1, 8), seen)
            local again, failure = ai.jobs.collect(9)
            print(again, failure.code, failure.text)
            local ended, why = ai.jobs.collect(10)
            print(ended, why.code, why.text, why.message)
            print(select(2, ai.jobs.collect(11)).code, select(2, ai.jobs.collect(7, { timeout = 0 })).code)
            print(select(2, ai.jobs.status(99)).code)
            print(select(2, ai.jobs.kill(7)).number)`,
        );
        expect(lines.map((line) => line.replaceAll("\t", " "))).toEqual([
            "true 13 running dig a hole",
            "6 12 bash: rm -rf x",
            "2",
            "done The lock 9",
            "false job_collected nil",
            "false job_failed So far. Job 10 failed: The model fell silent.",
            "job_killed job_running",
            "not_found",
            "7",
        ]);
        expect(await world.called("spawnJob")).toMatchObject({ model: "a/b", agent: "plan", isKept: true });
    });

    it("fails for what is no argument of theirs, and asks nobody", async () => {
        const world = await bridgeWithJobs();
        const calls = [
            ["ai.jobs.spawn()", "jobs.spawn: prompt must be a text"],
            ['ai.jobs.spawn("x", 5)', "jobs.spawn: options must be a table of options"],
            [
                'ai.jobs.spawn("x", {model = ""})',
                "jobs.spawn: options.model must be a text, like provider/model",
            ],
            ['ai.jobs.spawn("x", {agent = 5})', "jobs.spawn: options.agent must be a text that is not empty"],
            ['ai.jobs.spawn("x", {keep = 1})', "jobs.spawn: options.keep must be true or false"],
            ["ai.jobs.status()", "jobs.status: number must be a whole number from 1 on"],
            ['ai.jobs.status("7")', "jobs.status: number must be a whole number from 1 on"],
            ["ai.jobs.kill(0.5)", "jobs.kill: number must be a whole number from 1 on"],
            ["ai.jobs.collect(0)", "jobs.collect: number must be a whole number from 1 on"],
            [
                "ai.jobs.collect(7, {timeout = -1})",
                "jobs.collect: options.timeout must be a number of seconds from 0 on",
            ],
            ["ai.jobs.collect(7, {onProgress = 1})", "jobs.collect: options.onProgress must be a function"],
            ["ai.jobs:list()", "jobs.list: call it with a dot, as ai.jobs.list(...)"],
        ] as const;
        const lines = await linked(
            world,
            calls.map(([call]) => `print(select(2, ${call}).message)`).join("\n"),
        );
        expect(lines).toEqual(calls.map(([, what]) => `${what}.`));
        expect(world.calls).toEqual([]);
        expect(await linked(world, `print(select(2, ai.jobs.spawn(" ")).code)`)).toEqual(["empty_prompt"]);
    });

    it("tells which function of the program has failed", async () => {
        const world = await bridgeWithJobs();
        const lines = await linked(
            world,
            `local _, failure = ai.jobs.collect(9, { onProgress = function() error("no luck", 0) end })
            print(failure.code, failure.message)`,
        );
        expect(lines).toEqual(["bad_argument jobs.collect: options.onProgress failed: no luck."]);
        expect(world.calls.map(({ name }) => name)).not.toContain("jobCollected");
    });

    it("fails without a link, and without the package of the link", async () => {
        const without = await runWithLibai(`print(select(2, ai.jobs.list()).code)`);
        expect(without.lines).toEqual(["link_missing"]);
        const unlinked = await runWithLibai(`print(select(2, ai.jobs.list()).code)`, {
            packages: ["trapos", "trapos-link"],
        });
        expect(unlinked.lines).toEqual(["not_linked"]);
    });

    it("carries letters beyond ASCII there and back", async () => {
        const world = await bridgeWithJobs();
        world.set(job(20, { state: "done" }), "größer 日本");
        const lines = await linked(
            world,
            `ai.jobs.spawn("gr\\195\\182\\195\\159er")
            print(select(2, ai.jobs.collect(20)).text == "${bytes("größer 日本").replaceAll(/[^ -~]/g, (byte) => `\\${byte.charCodeAt(0)}`)}")`,
        );
        expect(lines).toEqual(["true"]);
        expect(await world.called("spawnJob")).toMatchObject({ prompt: "größer" });
    });
});

/** The example of a page whose first line names a file. */
async function example(page: string, file: string): Promise<string> {
    const text = await readFile(join(import.meta.dirname, "../../docs", page), "utf8");
    const found = [...text.matchAll(/```lua\n([^]*?)```/g)].find(([, lua]) => lua!.startsWith(`-- ${file}:`));
    return found![1]!;
}

describe("the examples of the documentation", () => {
    it("switches a lamp when a job has ended, and not when it asks", async () => {
        const world = await startJobsBridge();
        const disk = await temporaryFolder();
        await writeFile(join(disk, "lamp.lua"), await example("jobs.md", "lamp.lua"));
        const computer = await startComputer(world, {}, {}, disk);
        await computer.type("lamp\n");
        await until("the program", () => rowsOf(computer).at(-1) === "> lamp");
        world.connection.say({ type: "job", what: "asks", job: job(4, { asks: "bash: rm x" }) });
        world.connection.say({ type: "job", what: "ended", job: job(5, { state: "done" }) });
        await computer.waitForText("\nJob 5 is done: write a door lock\n");
        expect(computer.transcript()).not.toContain("Job 4");
    });

    it("writes the answer of a job into a file", async () => {
        const world = await startJobsBridge();
        const disk = await temporaryFolder();
        await writeFile(join(disk, "night.lua"), await example("jobs.md", "night.lua"));
        const computer = await startComputer(world, {}, {}, disk);
        world.set(job(5));
        world.answer = (name) => (name === "spawnJob" ? { value: job(5) } : undefined);
        await computer.type("night\n");
        await computer.waitForText("Job 5");
        expect(await world.called("spawnJob")).toMatchObject({ isKept: true });
        world.set(job(5, { state: "done" }), "The lighthouse.");
        await world.called("jobCollected");
        await until("the prompt", () => rowsOf(computer).at(-1) === ">");
        expect(await readFile(join(disk, "story.txt"), "utf8")).toBe("The lighthouse.");
    });

    it("prints the answers of three jobs", async () => {
        const world = await startJobsBridge();
        const disk = await temporaryFolder();
        await writeFile(join(disk, "survey.lua"), await example("libai.md", "survey.lua"));
        const computer = await startComputer(world, {}, {}, disk);
        let number = 0;
        world.answer = (name) => {
            if (name !== "spawnJob") return undefined;
            number += 1;
            world.set(job(number));
            return { value: job(number) };
        };
        await computer.type("survey\n");
        await world.called("spawnJob", 3);
        world.set(job(2, { state: "done" }), "The farm.");
        world.set(job(3, { state: "failed", reason: "It broke." }));
        world.set(job(1, { state: "done" }), "The mine.");
        await computer.waitForText(/\nThe mine.\nThe farm.\nJob 3 failed: It broke.\n[^]*>\s*$/);
    });
});

it("is not offered where the package of the link is not installed", async () => {
    const { lines } = await runWithLibai(
        `for _, name in ipairs({ "bg", "jobs", "job", "collect", "kill", "screen", "unlink" }) do
            for _, command in ipairs(require("/apis/ai/commandtable").program.commands) do
                if command.name == name then print(name) end
            end
        end
        print("looked")`,
    );
    expect(lines).toEqual(["looked"]);
    const source = await readFile(join(import.meta.dirname, "../../packages/trapos-link/ccpm.json"), "utf8");
    expect(source).toContain("apis/ai/commands/bg.lua");
});
