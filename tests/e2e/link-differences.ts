/**
 * Tests of tests/e2e that say something else by design where computers are linked with a bridge, by their full names, and why.
 * What is tested there is tested over the link by tests of its own.
 */
const elsewhere = "the session was made behind the bridge's back: only a computer's own are there";
const proxied = "a faulty proxy stands before opencode, which the computer does not ask itself";
const shared = "several computers in one session: each has its own over the link";
const doctor = "the doctor examines the link: link-doctor.test.ts";

export const linkDifferences: Readonly<Record<string, string | undefined>> = {
    "lists them newest first, marks the current one, and goes on in another by its number": elsewhere,
    "asks once in another session": elsewhere,
    "asks on one line, in the screen's letters, whether a session is to go": elsewhere,
    "lets a player choose, rename, delete and fork sessions": elsewhere,
    "looks for the session before it asks about it": elsewhere,
    "counts what was used, by the session, today and in all": elsewhere,
    "works in the folder on the server that the setting names": "the folder is the bridge's",
    "prints a line for each poll with --verbose": "nothing is polled for",
    "gives up on a model that hangs, and tells how to look again":
        "the bridge has the next prompt open another session: bridge.test.ts",
    "two computers at once the second prompt in a busy session is refused, with what runs, and nothing is queued":
        shared,
    "ai abort stops the turn, and whoever waits for it is told": shared,
    "shows the answer of a turn that ended as it was stopped, whatever was asked meanwhile": proxied,
    "a prompt that a closed connection refused was not sent, and is not sent later": proxied,
    "a computer on which all is well has a line for each thing on 51 x 19": doctor,
    "a computer on which all is well has a line for each thing on 39 x 13": doctor,
    "a computer on which all is well has a line for each thing on 26 x 20": doctor,
    "a computer on which all is well is told of as an object, for programs": doctor,
    "the way to the server is broken where the address is denied, with the rule, on 51 columns": doctor,
    "the way to the server is broken where the address is denied, with the rule, on 26 columns": doctor,
    "the way to the server is broken where nothing is there": doctor,
    "the way to the server is broken where the password is wrong, and nobody says what it was": doctor,
    "turns that wait for a permission are told of, and what is asked": shared,
};

/** Files of which that holds for every test. */
export const linkDifferentFiles: Readonly<Record<string, string | undefined>> = {
    "abort-cold":
        "each computer in a folder of its own, behind a proxy: the bridge has one folder, and asks opencode itself",
};
