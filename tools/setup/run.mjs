// The entry of every npm script: makes sure that the packages are installed, then runs the command.
// Plain and old-fashioned on purpose: it has to run before anything is installed, and to explain itself on an old Node.
import { spawn, spawnSync } from "child_process";
import fs from "fs";
import path from "path";
import process from "process";
import { fileURLToPath } from "url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

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

function install() {
    const started = Date.now();
    console.log("Installing the packages that the tools need. This is done once and can take a minute ...");
    const npm = process.env.npm_execpath;
    const options = ["ci", "--loglevel=error"];
    const result =
        npm !== undefined && npm.endsWith(".js")
            ? spawnSync(process.execPath, [npm, ...options], { cwd: root, encoding: "utf8" })
            : spawnSync("npm", options, { cwd: root, encoding: "utf8", shell: process.platform === "win32" });
    if (result.status !== 0) {
        process.stderr.write(`${result.stdout || ""}${result.stderr || ""}`);
        if (result.error) console.error(result.error.message);
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

/** Runs the command in a Node that understands TypeScript, and ends as it ends. */
function run(commandLine) {
    const main = path.join(root, "tools/setup/main.ts");
    const child = spawn(process.execPath, ["--import", "tsx", main, ...commandLine], {
        cwd: root,
        // By the channel the child learns when this process dies without a word.
        stdio: ["inherit", "inherit", "inherit", "ipc"],
    });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
        process.on(signal, () => {
            // Ctrl+C in a terminal reaches the child by itself.
            if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
        });
    }
    child.on("error", (error) => fail(`Node could not be started: ${error.message}`));
    child.on("exit", (status, signal) => {
        if (signal === null) process.exit(status);
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
    });
}

requireNode();
if (!isInstalled()) install();
run(process.argv.slice(2));
