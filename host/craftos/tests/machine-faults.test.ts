import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FileOperation, NetworkFaults, PowerCutPlan } from "../src/index.ts";
import { createBench, type Bench } from "./machine-support.ts";

let bench: Bench;
beforeEach(() => {
    bench = createBench();
});
afterEach(() => bench.close());

describe("a power cut at a file operation", () => {
    const program = `
        fs.makeDir("new")
        local file = fs.open("new/list", "w") file.write("one ") file.flush() file.write("two") file.close()
        local log = fs.open("log", "a") log.write("line") log.close()
        fs.open("log", "r").close()
        fs.move("new/list", "list") fs.delete("folder") fs.copy("list", "copy")
        say("done")
    `;

    function prepare(): void {
        rmSync(bench.disk, { recursive: true });
        mkdirSync(join(bench.disk, "folder"), { recursive: true });
        for (const name of ["a", "b"]) writeFileSync(join(bench.disk, "folder", name), name);
        writeFileSync(join(bench.disk, "log"), "kept ");
    }

    function files(folder = bench.disk, prefix = ""): Record<string, string> {
        return Object.fromEntries(
            readdirSync(folder, { withFileTypes: true }).flatMap((entry): [string, string][] =>
                entry.isDirectory()
                    ? [
                          [`${prefix}${entry.name}/`, ""],
                          ...Object.entries(files(join(folder, entry.name), `${prefix}${entry.name}/`)),
                      ]
                    : [[prefix + entry.name, readFileSync(join(folder, entry.name), "utf8")]],
            ),
        );
    }

    async function cut(powerCut: PowerCutPlan): Promise<Record<string, string>> {
        prepare();
        const computer = await bench.boot(program, { faults: { powerCut } });
        expect(await computer.exit).toEqual({ reason: "powerCut" });
        expect(computer.transcript()).not.toContain("done");
        return files();
    }

    test("counts what changes the disk, the same each time", async () => {
        const counts = [];
        for (let run = 0; run < 2; run++) {
            prepare();
            const seen: FileOperation[] = [];
            const computer = await bench.boot(program, {
                faults: { powerCut: { operation: (operation) => seen.push(operation) < 0 } },
            });
            await computer.waitForText("done");
            expect(computer.fileOperations()).toBe(seen.length);
            counts.push(
                seen.map(({ number, name, path, to }) => [number, name, path, to ?? ""].join(" ").trim()),
            );
        }
        expect(counts[0]).toEqual([
            "1 makeDir new", "2 open new/list", "3 write new/list", "4 flush new/list", "5 write new/list", "6 close new/list",
            "7 open log", "8 write log", "9 close log", "10 move new/list list", "11 delete folder", "12 copy list copy",
        ]); // prettier-ignore
        expect(counts[1]).toEqual(counts[0]);
    });

    test("leaves at each operation what a crash leaves", async () => {
        const before = { "folder/": "", "folder/a": "a", "folder/b": "b", log: "kept " };
        const made = { ...before, "new/": "" };
        const moved = { ...made, log: "kept line", list: "one two" };
        const emptied = { "new/": "", log: "kept line", list: "one two" };
        const states = [
            made, { ...made, "new/list": "" }, { ...made, "new/list": "" }, { ...made, "new/list": "one " },
            { ...made, "new/list": "one " }, { ...made, "new/list": "one two" }, { ...made, "new/list": "one two" },
            { ...made, "new/list": "one two" }, { ...made, "new/list": "one two", log: "kept line" }, moved, emptied,
            { ...emptied, copy: "one two" },
        ]; // prettier-ignore
        for (const [index, state] of states.entries()) {
            expect(await cut({ operation: index + 1 }), `after ${index + 1}`).toEqual(state);
            const earlier = states[index - 1] ?? before;
            expect(await cut({ operation: index + 1, moment: "before" }), `before ${index + 1}`).toEqual(
                earlier,
            );
        }
    });

    test("in the middle leaves half of what is not one step", async () => {
        expect(await cut({ operation: 6, moment: "during" })).toMatchObject({ "new/list": "one t" });
        expect(await cut({ operation: 10, moment: "during" })).toMatchObject({ "new/list": "one two" });
        const deleting = await cut({ operation: 11, moment: "during" });
        expect(Object.keys(deleting).filter((path) => path.startsWith("folder/"))).toEqual([
            "folder/",
            "folder/b",
        ]);
        expect(await cut({ operation: 12, moment: "during" })).toMatchObject({ copy: "one" });
    });

    test("can leave what was written and not flushed, or half of it", async () => {
        const operation = (candidate: FileOperation): boolean =>
            candidate.name === "write" && candidate.path === "log";
        expect(await cut({ operation })).toMatchObject({ log: "kept " });
        expect(await cut({ operation, unflushed: "half" })).toMatchObject({ log: "kept li" });
        expect(await cut({ operation, unflushed: "kept" })).toMatchObject({ log: "kept line" });
        expect(await cut({ operation, unflushed: "kept", moment: "during" })).toMatchObject({
            log: "kept li",
        });
    });

    test("takes back what was written over", async () => {
        writeFileSync(join(bench.disk, "data"), "0123456789");
        const computer = await bench.boot(
            `local file = fs.open("data", "r+") file.seek("set", 2) file.write("ab") file.seek("set", 3) file.write("cd")
             file.seek("set", 9) file.write("long end") file.seek("set", 0) say(file.readAll(), fs.getSize("data"))
             coroutine.yield()`,
        );
        await computer.waitForText("01acd5678long end|17");
        await computer.powerCut();
        expect(readFileSync(join(bench.disk, "data"), "utf8")).toBe("0123456789");
    });

    test("goes on over a reboot, and nothing runs after it", async () => {
        const computer = await bench.boot(
            `if fs.exists("second") then
                 while true do pcall(fs.makeDir, "x" .. math.random()) pcall(fs.delete, "second") end
             end
             fs.makeDir("second") os.reboot() coroutine.yield()`,
            { faults: { powerCut: { operation: 2, moment: "before" } } },
        );
        expect(await computer.exit).toEqual({ reason: "powerCut" });
        expect(readdirSync(bench.disk)).toEqual(["second"]);
        expect(existsSync(join(bench.disk, "second"))).toBe(true);
    });
});

describe("the network", () => {
    let server: Server;
    let url: string;
    let requests: number;
    beforeEach(async () => {
        requests = 0;
        server = createServer((_, response) => {
            requests++;
            response.end("0123456789");
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    });
    afterEach(async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
    });

    const ask = `
        local function ask(options)
            http.request(options)
            local event, _, first, second
            repeat event, _, first, second = coroutine.yield() until event:sub(1, 5) == "http_"
            local handle = type(first) == "table" and first or second
            say(event, type(first) == "string" and first or "", handle and handle.getResponseCode() or "", handle and handle.readAll() or "")
        end
    `;

    async function outcome(
        network: NetworkFaults,
        options = `{ url = "${url}", timeout = 0.2 }`,
    ): Promise<string> {
        const { said } = await bench.run(`${ask} ask(${options})`, {
            http: { allow: ["127.0.0.1"] },
            faults: { network },
        });
        return said.join();
    }

    test("refuses, hangs, is cut, answers for the server, or is slow", async () => {
        expect(await outcome("refuse")).toBe("http_failure|Could not connect||");
        expect(await outcome("hang")).toBe("http_failure|Timed out||");
        expect(await outcome({ status: 503, body: "later" })).toBe(
            "http_failure|Service Unavailable|503|later",
        );
        expect(await outcome({ delaySeconds: 1 })).toBe("http_failure|Timed out||");
        expect(requests).toBe(0);
        expect(await outcome({ cutAfterBytes: 4 })).toBe("http_failure|Could not connect||");
        expect(requests).toBe(1);
        expect(await outcome({ delaySeconds: 0.1 })).toBe("http_success||200|0123456789");
    });

    test("goes wrong for some requests, until it is told not to", async () => {
        const seen: string[] = [];
        const computer = await bench.boot(
            `${ask} for index = 1, 3 do ask("${url}" .. index) end coroutine.yield("go") ask("${url}4")`,
            {
                http: { allow: ["127.0.0.1"] },
                faults: {
                    network: (request) => {
                        seen.push(`${request.number} ${request.method} ${request.url.slice(url.length)}`);
                        return request.number === 2 ? "refuse" : undefined;
                    },
                },
            },
        );
        await computer.waitForText(/0123456789\n.*Could not connect.*\n.*0123456789/);
        expect(seen).toEqual(["1 GET 1", "2 GET 2", "3 GET 3"]);
        computer.setNetworkFaults("refuse");
        computer.queue("go");
        await computer.waitForText(/Could not connect[^]*Could not connect/);
    });

    test("that hangs ends with the computer, and gives its place to requests of the next start", async () => {
        const { said } = await bench.run(
            `if not fs.exists("been") then
                 fs.makeDir("been") for index = 1, 16 do http.request("http://hang/" .. index) end
                 os.reboot() coroutine.yield()
             end
             ${ask} ask("${url}")`,
            {
                http: { allow: ["127.0.0.1"] },
                faults: { network: (request) => (request.url.includes("hang") ? "hang" : undefined) },
            },
        );
        expect(said).toEqual(["http_success||200|0123456789"]);
    });
});

describe("the clock", () => {
    test("jumps: timers and timeouts are due, and the dates go on or back", async () => {
        const computer = await bench.boot(
            `local before, wall, day = os.clock(), os.epoch("utc"), os.day()
             http.request("http://192.0.2.1/")
             local timer = os.startTimer(7200)
             say("waiting")
             local events = {}
             repeat
                 local event, first, second = coroutine.yield()
                 events[#events + 1] = event == "timer" and "timer" or second
             until #events == 2
             table.sort(events) say(unpack(events))
             say(os.clock() - before >= 7200, os.epoch("utc") - wall > 7200000, os.day() - day >= 6)
             coroutine.yield("back")
             say(os.epoch("utc") < wall, os.clock() - before >= 7200)`,
            { faults: { network: "hang" } },
        );
        await computer.waitForText("waiting");
        computer.jumpClock({ seconds: 7200 });
        await computer.waitForText("Timed out|timer");
        await computer.waitForText("true|true|true");
        computer.jumpClock({ wallSeconds: -86400 });
        computer.queue("back");
        await computer.waitForText(/^true.true$/m);
        expect(() => computer.jumpClock({ seconds: -1 })).toThrow("seconds must be 0 or more, but is -1");
    });
});
