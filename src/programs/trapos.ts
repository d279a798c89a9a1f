/** `trapos`: what is installed of TrapOS, and whether there is anything newer. */
import { help, list, run } from "../apis/ccpm/command";
import { ask, fail, flush, say, showProgress } from "../apis/ccpm/screen";
import createCcpm = require("../apis/libccpm");

const client = createCcpm({ onProgress: showProgress, onNote: say });
const [word] = [...$vararg];

function perform(): boolean {
    if (word === "upgrade") return run([word], client);
    if (word === "help" || word === "--help" || word === "-h") {
        help("trapos", "");
        flush();
        return true;
    }
    if (word !== undefined && word !== "--version") {
        fail({ message: `trapos knows no ${word}.`, hint: "See: trapos help" });
        return false;
    }
    const [ok, state] = client.state();
    if (!ok) {
        fail(state);
        return false;
    }
    const own = state.lock.packages["trapos"];
    say(`TrapOS ${own ? own.version : "(without its package trapos)"}`, colours.yellow);
    if (word !== undefined) return true;
    const hasNewer = list(state);
    flush();
    return !hasNewer || !ask("Upgrade now?", false) || run(["upgrade", "--yes"], client);
}

if (!perform()) throw "";
