/**
 * Run in a process of its own, so that its memory can be measured: a computer whose program tries one way to take all,
 * and another one beside it. Takes a task as JSON in its first argument and prints a report as JSON.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
    boot,
    ModemNetwork,
    Monitor,
    spaceIn,
    Speaker,
    type Computer,
    type ComputerOptions,
    type Exit,
} from "craftos-headless";

export interface Task {
    readonly lua: string;
    /** Whether the program is expected to run for ever. */
    readonly endless: boolean;
    readonly size: number;
    readonly http: string;
    readonly ws: string;
    readonly secondsWithoutYield: number;
    /** How long to wait for the program's end, or for how long an endless one runs. */
    readonly seconds: number;
}

export interface Report {
    /** What the program came to: whether it raised an error, and the end of the error's message. */
    readonly outcome: { readonly ok: boolean; readonly message: string } | undefined;
    /** How the computer ended, if it did. */
    readonly exit: Exit | undefined;
    /** Whether the program could go on after its outcome. */
    readonly goesOn: boolean;
    /** The longest time in which the other computer did not answer, in seconds. */
    readonly silence: number;
    /** What the process took of memory at most, in bytes. */
    readonly memory: number;
    /** What the files on the disk take, as the computer counts. */
    readonly disk: number;
}

const MEMORY_UNIT = 1024;
const PING_MILLISECONDS = 20;
const [ATTEMPTS, SECONDS_TO_BOOT] = [10, 10];

const program = ({ lua, size, http, ws }: Task): string => `
local SIZE, HTTP, WS = ${size}, "${http}", "${ws}"
local native, count = term.native(), 0
local pullEvent, pcall, setCursorPos, clear, write = os.pullEvent, pcall, native.setCursorPos, native.clear, native.write
local function get(path)
    count = count + 1
    return http.get(HTTP .. path .. "?" .. count, nil, true)
end
setCursorPos(1, 1)
write("ready")
pullEvent("go")
local ok, message = pcall(function()
${lua}
end)
local function tell()
    message = tostring(message):sub(-51)
    clear()
    setCursorPos(1, 1)
    write("outcome " .. tostring(ok))
    setCursorPos(1, 2)
    write(message)
end
-- The time may be up only here, which is told once.
if not pcall(tell) then tell() end
while true do
    pullEvent("still")
    setCursorPos(1, 3)
    write("goes on")
end
`;

const answering = `
peripheral.call("back", "open", 2)
rednet.open("back")
term.setCursorPos(1, 1)
term.write("ready")
while true do
    local _, number = os.pullEvent("ping")
    term.setCursorPos(1, 1)
    term.write("pong " .. number .. " ")
end
`;

/** Asks a computer for an answer again and again until `stop` is called, which returns its longest silence in seconds. */
function keepAsking(computer: Computer): () => number {
    let number = 0;
    let answered = performance.now();
    let longest = 0;
    const look = (): void => {
        if (!computer.screen()[0]?.startsWith(`pong ${number} `)) return;
        number++;
        const now = performance.now();
        longest = Math.max(longest, now - answered);
        answered = now;
    };
    const stopListening = computer.onChange(look);
    const timer = setInterval(() => computer.queue("ping", number), PING_MILLISECONDS);
    return () => {
        clearInterval(timer);
        stopListening();
        return Math.max(longest, performance.now() - answered) / 1000;
    };
}

/** Waits until something is so, the computer has ended, or the time is over. Returns whether it is so. */
async function until(computer: Computer, seconds: number, holds: () => boolean): Promise<boolean> {
    return new Promise((resolve) => {
        const finish = (): void => {
            clearTimeout(timer);
            stopListening();
            resolve(holds());
        };
        const timer = setTimeout(finish, seconds * 1000);
        const stopListening = computer.onChange(() => holds() && finish());
        void computer.exit.then(finish);
        if (holds()) finish();
    });
}

/** Boots a computer until its program waits: on a busy machine the boot itself may take too long without yielding. */
async function bootReady(options: ComputerOptions): Promise<Computer> {
    for (let attempt = 1; ; attempt++) {
        const computer = await boot(options);
        const isReady = (): boolean => computer.screen()[0]?.startsWith("ready") ?? false;
        if (await until(computer, SECONDS_TO_BOOT, isReady)) return computer;
        await computer.close();
        if (attempt === ATTEMPTS)
            throw new Error(`The computer does not boot:\n${computer.screen().join("\n")}`);
    }
}

async function play(task: Task, folder: string): Promise<Report> {
    const network = new ModemNetwork();
    const disks = await Promise.all(
        [program(task), answering].map(async (text, index) => {
            const disk = join(folder, String(index));
            await mkdir(disk);
            await writeFile(join(disk, "startup.lua"), text, "latin1");
            return disk;
        }),
    );
    const [disk = "", otherDisk = ""] = disks;
    const computer = await bootReady({
        disk,
        http: { allow: ["127.0.0.1"] },
        secondsWithoutYield: task.secondsWithoutYield,
        peripherals: {
            back: network.modem(),
            top: new Speaker(),
            left: new Monitor({ width: 8, height: 6 }),
        },
    });
    let exit: Exit | undefined;
    void computer.exit.then((ended) => {
        exit = ended;
    });
    const other = await bootReady({ disk: otherDisk, id: 1, peripherals: { back: network.modem() } });
    const stopAsking = keepAsking(other);
    computer.queue("go");
    const row = (number: number): string => computer.screen()[number]?.trimEnd() ?? "";
    const hasOutcome = await until(computer, task.seconds, () => row(0).startsWith("outcome "));
    const outcome = hasOutcome ? { ok: row(0) === "outcome true", message: row(1) } : undefined;
    let goesOn = false;
    if (outcome !== undefined) {
        // The queue may be full.
        const asking = setInterval(() => computer.queue("still"), PING_MILLISECONDS);
        goesOn = await until(computer, task.seconds, () => row(2) === "goes on");
        clearInterval(asking);
    }
    const silence = stopAsking();
    const report = {
        outcome,
        exit,
        goesOn,
        silence,
        memory: process.resourceUsage().maxRSS * MEMORY_UNIT,
        disk: spaceIn(disk),
    };
    await Promise.all([computer.close(), other.close()]);
    return report;
}

const folder = await mkdtemp(join(tmpdir(), "trapos-exhaust-"));
try {
    const report = await play(JSON.parse(process.argv[2] ?? "") as Task, folder);
    console.log(JSON.stringify(report));
} finally {
    await rm(folder, { recursive: true, force: true });
}
process.exit(0);
