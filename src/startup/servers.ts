/**
 * Boots TrapOS: puts /programs on the shell's path and, where packages have servers, runs these beside a shell.
 *
 * That shell is one in the shell that runs this file, as a program cannot run beside the shell that runs it: `exit`
 * leads back to CraftOS. So that files which come after this one in /startup need not wait for that, they are run
 * here, before the prompt. Where there are no servers nothing of this is needed, and this file just ends.
 *
 * In harness mode, for tests, the computer is switched off when the shell ends. Nothing else here ever does that.
 */
import type * as recordedModule from "../apis/trapos/recorded";
import type * as supervisorModule from "../apis/trapos/supervisor";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler takes every other `require` for an import. */
const load = require;

const LOCK = "/trapos/ccpm.lock.json";
const PROGRAMS = "/programs";
const SHELL = "/rom/programs/shell.lua";
/** Runs it so that lines can be shown at its prompt, where a package has some. */
const SHELL_SCREEN = "/apis/trapos/shellscreen.lua";

interface Lock {
    packages: Record<string, { autostart?: string[] }>;
}

declare const arg: Record<number, string | undefined> | undefined;

settings.define("trapos.harness_mode", {
    description: "For tests: switch the computer off when its shell ends.",
    default: false,
    type: "boolean",
});
settings.define("trapos.harness_program", {
    description: "For tests: the program that runs in place of the shell in harness mode.",
    type: "string",
});

/** Whether a server is to run: it does unless a setting, or that setting's default, says otherwise. */
function isSwitchedOn(path: string): boolean {
    const [name] = string.gsub(fs.getName(path), "%.lua$", "");
    return settings.get(`trapos.autostart.${name}`) !== false;
}

/** Paths of the programs that installed packages start, in order; none, with a word about it, if that is not known. */
function autostarts(): string[] {
    const paths: string[] = [];
    // Without an installer, as where the files were copied by hand, nobody has listed anything.
    if (!fs.exists(LOCK)) return paths;
    const [known] = pcall(() => {
        const [file] = fs.open(LOCK, "r");
        const lock = textutils.unserializeJSON(file!.readAll()) as Lock;
        file!.close();
        for (const [, entry] of pairs(lock.packages)) {
            const programs = entry.autostart ?? [];
            // CC's ipairs finds nothing in what is no table, and says nothing.
            assert(type(programs) === "table");
            for (const path of programs) if (isSwitchedOn(path)) paths.push(`/${path}`);
        }
    });
    if (!known) printError(`No servers start: ${LOCK} is broken. Install a package to repair it.`);
    table.sort(paths);
    return paths;
}

/** The files of /startup after this one, if it is CraftOS that runs them and not the player. */
function laterFiles(): string[] {
    const running = shell.getRunningProgram();
    const files: string[] = [];
    const folder = fs.getDir(running);
    let passed = false;
    for (const name of arg?.[0] === `/${running}` ? fs.list(folder) : []) {
        const path = fs.combine(folder, name);
        if (passed && !fs.isDir(path)) files.push(`/${path}`);
        passed = passed || path === running;
    }
    return files;
}

/** Keeps CraftOS, which goes on with these files when this one ends, from running them once more. */
function skip(files: string[]): void {
    const api = shell as { run: (this: void, ...words: string[]) => boolean };
    const run = api.run;
    let next = 0;
    api.run = (command, ...words) => {
        next += 1;
        if (command === files[next - 1]) return true;
        api.run = run;
        return run(command, ...words);
    };
}

const path = shell.path();
if (string.find(`${path}:`, `:${PROGRAMS}:`, 1, true)[0] === undefined) shell.setPath(`${path}:${PROGRAMS}`);

const [isWhole, runBeside] = pcall(
    () => (load("/apis/trapos/supervisor") as typeof supervisorModule).runBeside,
);
if (!isWhole) throw "TrapOS is damaged. Mend it: ccpm verify --fix";
const servers = autostarts();
const harness = settings.get("trapos.harness_mode") === true;
const usual = fs.exists(SHELL_SCREEN) ? SHELL_SCREEN : SHELL;
const program = harness ? (settings.get("trapos.harness_program", usual) as string) : usual;

if (servers.length > 0 || harness) {
    const later = laterFiles();
    let succeeded = false;
    if (program === SHELL_SCREEN)
        term.redirect((load("/apis/trapos/recorded") as typeof recordedModule).recorded(term.current()));
    runBeside(
        () => {
            for (const file of later) shell.run(file);
            succeeded = shell.execute(program);
        },
        servers,
        shell,
    );
    if (harness) (os.shutdown as (this: void, status: number) => void)(succeeded ? 0 : 1);
    print("The servers are stopped; reboot starts them.");
    skip(later);
}
