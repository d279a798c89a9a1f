// The entry of every npm script: makes sure that the packages are installed, then runs the command.
// Plain and old-fashioned on purpose: it has to run before anything is installed, and to explain itself on an old Node.
import { spawn, spawnSync } from "child_process";
import fs from "fs";
import path from "path";
import process from "process";
import { fileURLToPath } from "url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** How often it is looked whether npm is still there. */
const watchMilliseconds = 500;

/** How long a program may take to end once npm is gone: a computer whose program never yields is stopped after 9.5 s. */
const patienceMilliseconds = 15_000;

function readJson(file) {
    return JSON.parse(fs.readFileSync(path.join(root, file), "utf8"));
}

function requireNode() {
    const [needMajor, needMinor] = readJson("package.json").engines.node.match(/\d+/g).map(Number);
    const [major, minor] = process.versions.node.split(".").map(Number);
    if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
    fail(
        `This needs Node ${needMajor}.${needMinor} or newer, but Node ${process.versions.node} runs it. ` +
            "Install a newer one from https://nodejs.org and try again.",
    );
}

/** Whether node_modules holds what package-lock.json asks for. Packages for other machines may be missing. */
function isInstalled() {
    let installed;
    try {
        // npm writes this file last, so that an installation that was cut short does not have it.
        installed = readJson("node_modules/.package-lock.json").packages;
    } catch {
        return false;
    }
    const wanted = readJson("package-lock.json").packages;
    return Object.keys(wanted).every((folder) => {
        if (folder === "") return true;
        const found = installed[folder];
        if (found === undefined) return wanted[folder].optional === true;
        return found.version === wanted[folder].version && fs.existsSync(path.join(root, folder));
    });
}

async function install() {
    const started = Date.now();
    console.log("Installing the packages that the tools need. This is done once and can take a minute ...");
    const npm = process.env.npm_execpath;
    const options = ["ci", "--loglevel=error"];
    const child =
        npm !== undefined && npm.endsWith(".js")
            ? spawn(process.execPath, [npm, ...options], { cwd: root, stdio: ["ignore", "pipe", "pipe"] })
            : spawn("npm", options, {
                  cwd: root,
                  stdio: ["ignore", "pipe", "pipe"],
                  shell: process.platform === "win32",
              });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    const { status, signal, error } = await ended(child);
    if (signal !== null) endBy(signal);
    if (status !== 0) {
        process.stderr.write(output);
        if (error) console.error(error.message);
        fail(
            "npm ci failed, see above. Check the connection to the npm registry and the free disk space, then try again.",
        );
    }
    console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

function fail(message) {
    console.error(message);
    process.exit(1);
}

/** Ends this process as a signal ends one, so that who has started it learns of the signal. */
function endBy(signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
}

/** The name and the parent of a process, where they can be told. */
function processAt(pid) {
    try {
        if (process.platform === "linux") {
            // "pid (name) state parent ...", and the name may hold spaces and brackets.
            const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
            const end = stat.lastIndexOf(")");
            return {
                name: stat.slice(stat.indexOf("(") + 1, end),
                parent: Number(stat.slice(end + 4).split(" ")[0]),
            };
        }
        const listed = spawnSync("ps", ["-o", "ppid=,comm=", "-p", String(pid)], { encoding: "utf8" });
        const [, parent, name] = /^\s*(\d+)\s+(.*)$/m.exec(listed.stdout);
        return { name: path.basename(name), parent: Number(parent) };
    } catch {
        return undefined;
    }
}

/** The npm that runs this script, behind the shell that it runs scripts in; undefined where npm does not run it. */
function findNpm() {
    if (process.env.npm_lifecycle_event === undefined || process.platform === "win32") return undefined;
    const parent = processAt(process.ppid);
    const isShell = parent !== undefined && /^-?(ba|da|a|k|z|fi)?sh$/.test(parent.name);
    return isShell ? parent.parent : process.ppid;
}

const shell = process.ppid;
const npm = findNpm();

/** Whether npm, or the shell between it and this process, is gone: neither hands on every signal that ends it. */
function isOrphan() {
    if (npm === undefined) return false;
    if (process.ppid !== shell) return true;
    try {
        process.kill(npm, 0);
        return false;
    } catch (error) {
        return error.code === "ESRCH";
    }
}

/**
 * Waits for the end of a child, which gets the signals that this process gets, and which is ended when npm is gone. That is
 * looked for, as no event tells a process that its parent has ended.
 */
function ended(child) {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    const relay = (signal) => {
        // Ctrl+C in a terminal reaches the child by itself.
        if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    };
    let isTold = false;
    const watch = setInterval(() => {
        if (isTold || !isOrphan()) return;
        isTold = true;
        child.kill("SIGTERM");
        setTimeout(() => child.kill("SIGKILL"), patienceMilliseconds);
    }, watchMilliseconds);
    for (const signal of signals) process.on(signal, relay);
    return new Promise((resolve) => {
        const settle = (result) => {
            clearInterval(watch);
            for (const signal of signals) process.off(signal, relay);
            resolve(result);
        };
        child.on("error", (error) => settle({ status: null, signal: null, error }));
        child.on("close", (status, signal) => settle({ status, signal }));
    });
}

/** Runs the command in a Node that understands TypeScript, and ends as it ends. */
async function run(commandLine) {
    const main = path.join(root, "tools/setup/main.ts");
    const child = spawn(
        process.execPath,
        ["--conditions=trapos-source", "--import", "tsx", main, ...commandLine],
        {
            cwd: root,
            // By the channel the child learns when this process dies without a word.
            stdio: ["inherit", "inherit", "inherit", "ipc"],
        },
    );
    const { status, signal, error } = await ended(child);
    if (error) fail(`Node could not be started: ${error.message}`);
    if (signal !== null) endBy(signal);
    else process.exit(status);
}

async function main() {
    requireNode();
    if (!isInstalled()) await install();
    await run(process.argv.slice(2));
}

main();
