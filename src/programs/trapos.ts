/** `trapos`: what is installed of TrapOS, and whether there is anything newer. */
import { newerVersions, run } from "../apis/ccpm/command";
import { add, ask, fail, flush, say, showProgress } from "../apis/ccpm/screen";
import createCcpm = require("../apis/libccpm");

const client = createCcpm({ onProgress: showProgress, onNote: say });
const words = [...$vararg];
const word = words[0];

function overview(): boolean {
    const [ok, state] = client.state();
    if (!ok) {
        fail(state);
        return false;
    }
    const own = state.lock.packages["trapos"];
    say(`TrapOS ${own ? own.version : "(without its package trapos)"}`, colours.yellow);
    if (word !== undefined) return true;
    const listed = run(["list"], { client });
    const hasNewer = next(newerVersions(state))[0] !== undefined;
    return listed && (!hasNewer || !ask("Upgrade now?", false) || run(["upgrade", "--yes"], { client }));
}

function help(): boolean {
    add("trapos", undefined, "What is installed, what is newer");
    add("trapos upgrade", undefined, "Take all newer versions");
    add("trapos --version", undefined, "The version");
    add("Packages: ccpm help. AI: ai help. All: help trapos", colours.lightGrey);
    flush();
    return true;
}

function refuse(): boolean {
    fail({ message: `trapos knows no ${word}.`, hint: "See: trapos help" });
    return false;
}

let succeeded: boolean;
if (word === undefined || word === "--version") succeeded = overview();
else if (word === "upgrade") succeeded = run(words, { client });
else if (word === "help" || word === "--help" || word === "-h") succeeded = help();
else succeeded = refuse();
if (!succeeded) throw "";
