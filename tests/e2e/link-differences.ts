/**
 * Tests of tests/e2e that say something else by design where computers are linked with a bridge, by their full names, and why.
 * What is tested there is tested over the link by tests of its own.
 */
const elsewhere = "the session was made behind the bridge's back: only a computer's own are there";
const proxied = "a faulty proxy stands before opencode, which the computer does not ask itself";
const shared = "several computers in one session: each has its own over the link";
const direct =
    "it is about how a computer finds opencode itself; linked ones are told by bridge-command.test.ts";
const folder = "the folder is the bridge's";
const doctor = "the doctor examines the link: link-doctor.test.ts";

export const linkDifferences: Readonly<Record<string, string | undefined>> = {
    "lists them newest first, marks the current one, and goes on in another by its number": elsewhere,
    "asks once in another session": elsewhere,
    "asks on one line, in the screen's letters, whether a session is to go": elsewhere,
    "lets a player choose, rename, delete and fork sessions": elsewhere,
    "looks for the session before it asks about it": elsewhere,
    "counts what was used, by the session, today and in all": elsewhere,
    "works in the folder on the server that the setting names": folder,
    "works in a folder that was typed at the computer": folder,
    "prints a line for each poll with --verbose": "nothing is polled for",
    "gives up on a model that hangs, and tells how to look again":
        "the bridge has the next prompt open another session: bridge.test.ts",
    "two computers at once the second prompt in a busy session is refused, with what runs, and nothing is queued":
        shared,
    "ai abort stops the turn, and whoever waits for it is told": shared,
    "shows the answer of a turn that ended as it was stopped, whatever was asked meanwhile": proxied,
    "says that the server was restarted when the answer had not begun": proxied,
    "warden answers what waits, whoever has asked for it": elsewhere,
    "greet prints what went wrong and what to do next": direct,
    "computers have ids and disks of their own, and settings that last": direct,
    "says where it cannot be told what waits, and keeps that open": proxied,
    "a prompt that a closed connection refused was not sent, and is not sent later": proxied,
    "turns that wait for a permission are told of, and what is asked": shared,
};

/** Files of which that holds for every test. */
export const linkDifferentFiles: Readonly<Record<string, string>> = {
    screens: "the pictures are of a computer that asks opencode itself",
    failures: direct,
    doctor,
    "bridge-command": "it links computers itself",
    bridge: "it links computers itself",
    jobs: "it links computers itself",
    page: "it links computers itself",
    polling: "it links computers itself",
    "link-doctor": "it links computers itself",
    "abort-cold":
        "each computer in a folder of its own, behind a proxy: the bridge has one folder, and asks opencode itself",
};

/** Files that `npm test` runs over the link, too: what players and programs do most. All of them are run by TRAPOS_TEST_LINK=all. */
export const linkedFiles: readonly string[] = [
    "choices",
    "files",
    "history",
    "libai",
    "permission",
    "permission-box",
    "session-flag",
    "steps",
    "structured",
    "tasks",
    "text",
    "tool-calls",
];
