/**
 * Runs servers beside a program, without their getting at its screen and keyboard, and restarts those that crash.
 */
import modules = require("cc.require");

/** Seconds between a crash and the next start: at first and at most. A run as long as that makes up for the past. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 60;

/** Bytes after which a log is begun anew. */
const LOG_SIZE = 8000;

/** What only the program gets: the player's doing, with Ctrl+T among it. */
const INPUT = "char key key_up paste terminate mouse_click mouse_up mouse_drag mouse_scroll file_transfer";

interface Routine {
    thread: LuaThread;
    terminal: ITerminal;
    filter?: unknown;
}

/**
 * How long a crashed server waits for its next start: 1 s, after each further crash twice as long, up to a minute;
 * 1 s again when it had run for a minute.
 * @param last the pause before the run that crashed; nil for the first run
 * @param ran seconds that the run lasted
 * @returns seconds
 */
export function nextPause(last: number | undefined, ran: number): number {
    if (last === undefined || ran >= LONGEST_PAUSE) return FIRST_PAUSE;
    return Math.min(last * 2, LONGEST_PAUSE);
}

/** Adds a line to a server's log. What keeps it from that, such as a full disk, must not stop the server. */
function writeLog(name: string, text: string): void {
    const path = `/trapos/log/${name}.log`;
    pcall(() => {
        const isFull = fs.exists(path) && fs.getSize(path) > LOG_SIZE;
        const [file] = fs.open(path, isFull ? "w" : "a");
        file!.writeLine(`${os.date("%Y-%m-%d %H:%M:%S") as string} ${text}`);
        file!.close();
    });
}

/** Runs a program as the shell does, but with `print` and `printError` into its log. Raises what it raises. */
function runServer(path: string, name: string, shell: unknown): void {
    const log = (...values: unknown[]): void => {
        const texts: string[] = [];
        for (const index of $range(1, select("#", ...values)))
            texts.push(tostring(select(index, ...values)[0]));
        writeLog(name, texts.join(" "));
    };
    const environment: Record<string, unknown> = { shell, print: log, printError: log, arg: { 0: path } };
    const [require, loaded] = modules.make(environment, fs.getDir(path));
    environment.require = require;
    environment.package = loaded;
    setmetatable(environment, { __index: _G });
    const [program, problem] = loadfile(path, undefined, environment);
    if (program === undefined) error(problem ?? "", 0);
    program();
}

/** Runs a server until it ends by itself, starting it again whenever it crashes. */
function keepRunning(path: string, shell: unknown, tell: (line: string) => void): void {
    const [name] = string.gsub(fs.getName(path), "%.lua$", "");
    let pause: number | undefined;
    while (true) {
        const started = os.clock();
        const [ok, problem] = pcall(runServer, path, name, shell);
        if (ok || problem === "Terminated") return;
        pause = nextPause(pause, os.clock() - started);
        const line = `Server ${name} crashed, restart in ${pause} s: ${tostring(problem)}`;
        writeLog(name, line);
        tell(line);
        sleep(pause);
    }
}

/**
 * Runs a program, and servers beside it for as long. Servers get every event but what the player does, print into
 * /trapos/log/<name>.log and draw on a screen that nobody sees; those that still run when the program ends are
 * terminated.
 * @param program must not raise
 * @param servers absolute paths of programs
 * @param shell the shell API that they get
 */
export function runBeside(program: () => void, servers: string[], shell: unknown): void {
    const inputs: Record<string, boolean | undefined> = {};
    for (const [name] of string.gmatch(INPUT, "%S+")) inputs[name!] = true;
    const screen = term.current();
    const [width, height] = term.getSize();
    const hidden = window.create(screen, 1, 1, width, height, false);

    const tell = (line: string): void => {
        const before = term.redirect(screen);
        const [column] = term.getCursorPos();
        if (column > 1) print();
        printError(line);
        term.redirect(before);
        // What is on the screen is drawn again below the line.
        os.queueEvent("term_resize");
    };

    const resume = (routine: Routine, event?: unknown, ...values: unknown[]): void => {
        const wanted = routine.filter === undefined || routine.filter === event || event === "terminate";
        if (!wanted || coroutine.status(routine.thread) === "dead") return;
        term.redirect(routine.terminal);
        const [ok, result] = coroutine.resume(routine.thread, event, ...values);
        if (!ok && result !== "Terminated") printError(result);
        routine.filter = result;
        routine.terminal = term.current();
    };

    const main: Routine = { thread: coroutine.create(program), terminal: screen };
    const routines: Routine[] = [];
    for (const path of servers) {
        const run = () => keepRunning(path, shell, tell);
        routines.push({ thread: coroutine.create(run), terminal: hidden });
    }
    routines.push(main);

    const dispatch: (this: void, ...event: unknown[]) => void = (event?: unknown, ...values) => {
        for (const routine of routines) {
            if (routine === main || inputs[event as string] === undefined) resume(routine, event, ...values);
        }
    };

    dispatch();
    while (coroutine.status(main.thread) !== "dead") dispatch(...os.pullEventRaw());
    for (const routine of routines) resume(routine, "terminate");
    term.redirect(screen);
}
