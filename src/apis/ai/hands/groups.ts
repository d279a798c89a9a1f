/** What is closed behind the fence: groups of functions, each opened by its name. Pure. */

/** What a program wants to do that calls a function of the group: "it wants to ...". */
export const groups = {
    fs: "write files outside /ai",
    http: "reach the network",
    rednet: "send messages to other computers",
    peripheral: "use a peripheral",
    turtle: "move the turtle or change the world",
    redstone: "switch redstone",
    settings: "change settings or read secrets",
    shell: "start programs",
    os: "switch off or rename this computer",
    disk: "eject, rename or play disks",
    commands: "run Minecraft commands",
    pocket: "change the pocket computer's upgrade",
} satisfies Record<string, string>;

/** A group that can be opened. */
export type Group = keyof typeof groups;

/** Whether there is a group of that name. */
export function isGroup(name: unknown): name is Group {
    for (const group of groupNames()) {
        if (group === name) return true;
    }
    return false;
}

/** The names of all groups, in the order of the alphabet. */
export function groupNames(): Group[] {
    return [
        "commands",
        "disk",
        "fs",
        "http",
        "os",
        "peripheral",
        "pocket",
        "rednet",
        "redstone",
        "settings",
        "shell",
        "turtle",
    ];
}

/** An API of the computer's: which of its functions only look, and the group of all others. */
export interface Api {
    readonly group: Group;
    readonly open: readonly string[];
}

const REDSTONE: Api = {
    group: "redstone",
    open: [
        "getSides",
        "getInput",
        "getOutput",
        "getAnalogInput",
        "getAnalogueInput",
        "getAnalogOutput",
        "getAnalogueOutput",
        "getBundledInput",
        "getBundledOutput",
        "testBundledInput",
    ],
};

/**
 * By the API's name (CC: Tweaked 1.116). A function that is not named here is closed, as is one that a mod or a later
 * version brings. A turtle does not move either: it burns fuel and may never come back.
 */
export const apis: Readonly<Record<string, Api>> = {
    commands: { group: "commands", open: ["list", "getBlockPosition", "getBlockInfo", "getBlockInfos"] },
    disk: {
        group: "disk",
        open: ["isPresent", "hasData", "getMountPath", "getLabel", "getID", "hasAudio", "getAudioTitle"],
    },
    gps: { group: "rednet", open: [] },
    http: { group: "http", open: [] },
    multishell: { group: "shell", open: ["getCount", "getCurrent", "getFocus", "getTitle"] },
    peripheral: {
        group: "peripheral",
        open: ["getNames", "isPresent", "getType", "hasType", "getMethods", "getName"],
    },
    pocket: { group: "pocket", open: [] },
    rednet: { group: "rednet", open: ["isOpen"] },
    redstone: REDSTONE,
    rs: REDSTONE,
    settings: { group: "settings", open: ["getNames"] },
    shell: {
        group: "shell",
        open: ["dir", "path", "resolve", "resolveProgram", "programs", "aliases", "getRunningProgram"],
    },
    turtle: {
        group: "turtle",
        open: [
            "detect",
            "detectUp",
            "detectDown",
            "compare",
            "compareUp",
            "compareDown",
            "compareTo",
            "inspect",
            "inspectUp",
            "inspectDown",
            "getItemCount",
            "getItemSpace",
            "getItemDetail",
            "getSelectedSlot",
            "select",
            "getFuelLevel",
            "getFuelLimit",
            "getEquippedLeft",
            "getEquippedRight",
        ],
    },
};

/** What of `os` looks at the computer; events and timers are the fence's own. The rest is of these groups, or of "os". */
export const osFunctions: readonly string[] = [
    "clock",
    "time",
    "day",
    "date",
    "epoch",
    "version",
    "getComputerID",
    "computerID",
    "getComputerLabel",
    "computerLabel",
];

/** What of `os` starts programs. */
export const osPrograms: readonly string[] = ["run", "loadAPI", "unloadAPI"];
