/**
 * What of tests/e2e is another thing by design on another opencode than the one that npm has installed: by a test's full name
 * or by its file, and why. `npm test` runs some of the files on the preview and on the twin of opencode 2, too.
 */

/** What is not run on an opencode. */
export interface OpencodeDifferences {
    readonly tests: Readonly<Record<string, string | undefined>>;
    readonly files: Readonly<Record<string, string>>;
}

const own = "it starts an opencode of its own, or none";
const opencode1 = "opencode 1 alone has what is tested";

/** On any opencode 2. */
const opencode2: OpencodeDifferences = {
    tests: {
        "says that a permission waits which opencode cannot list":
            "opencode 1 alone forgets permissions of a folder that a server cannot list",
        "lists what the agent means to do": "opencode 2 has no list of tasks",
        "shows the patch of a file that is to be written, and names it when it is":
            "opencode 2 does not tell the patch where it asks",
        "says why a session is not shared where the configuration does not allow it":
            "opencode 2 does not share sessions",
    },
    files: {
        "abort-cold": `${opencode1}: a server that is cold forgets a prompt`,
        "bridge-command": own,
        "slow-start": own,
        screens: "the pictures are of opencode 1",
        failures: "the texts are of opencode 1",
    },
};

const leavesNothing = "the preview leaves nothing of a turn that is stopped before its first word";
const noSubagents = "the preview has no subagents";
const noFork = "the preview does not fork sessions, as its messages are not opencode 1's";
const noRetries = "the preview does not ask a model again";

/** On the preview, besides: tools/opencode2-preview says what it cannot be. */
const preview: OpencodeDifferences = {
    tests: {
        "delegate it: is refused with a reason where nobody is there": noSubagents,
        "delegate twice: is refused with a reason where nobody is there": noSubagents,
        "ai --yes delegate twice, {}": noSubagents,
        "asks for what a subagent does": noSubagents,
        "renames, finds by a word, forks and deletes, and numbers mean what stood on the screen": noFork,
        "lets a player choose, rename, delete and fork sessions": noFork,
        "shows that a failing model is tried again, and the answer when it recovers": noRetries,
        "ai abort stops the turn, and whoever waits for it is told": leavesNothing,
        "sums up what was said": "the preview sums nothing up",
        "takes back prompts one by one with what they did to files, and brings them back":
            "the preview does not tell what a turn has changed",
        "closes the box when the turn is stopped from elsewhere, although the ask stays listed":
            "the preview leaves the same of a turn that is stopped as of a refusal",
        "counts what was used, by the session, today and in all": "the preview counts nothing of a session",
    },
    files: { tasks: "the preview has neither commands nor a shell" },
};

const merged = (...all: readonly OpencodeDifferences[]): OpencodeDifferences => ({
    tests: Object.assign({}, ...all.map(({ tests }) => tests)) as OpencodeDifferences["tests"],
    files: Object.assign({}, ...all.map(({ files }) => files)) as OpencodeDifferences["files"],
});

/** By the value of the variable TRAPOS_TEST_OPENCODE. */
const differences: Readonly<Record<string, OpencodeDifferences>> = {
    preview: merged(opencode2, preview),
    twin: opencode2,
};

/**
 * What is not run on an opencode.
 * @param name the value of the variable TRAPOS_TEST_OPENCODE
 * @param dialect what it speaks, where it is none of this project
 */
export function opencodeDifferences(name: string | undefined, dialect: 1 | 2 = 1): OpencodeDifferences {
    return differences[name ?? ""] ?? (dialect === 2 ? opencode2 : { tests: {}, files: {} });
}

/** Files that `npm test` runs on the twin of opencode 2, too: what players and programs do most. */
export const opencode2Files: readonly string[] = [
    "abort",
    "history",
    "libai",
    "model-failures",
    "permission",
    "permission-box",
    "ping",
    "resume",
    "server-crash",
    "sessions",
    "steps",
    "text",
    "tool-calls",
    "unknown-model",
];

/** Of these, files whose time is not worth it on the preview, too: what they are about is not the engine. */
const notOnPreview = ["permission", "text", "unknown-model"];

/** The files that `npm test` runs on the preview. */
export const previewFiles: readonly string[] = opencode2Files.filter((file) => !notOnPreview.includes(file));
