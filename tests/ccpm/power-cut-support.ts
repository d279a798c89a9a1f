import { lastStartupFile, modules, ours, type Disk, type Plan } from "./transaction-support.ts";

/** Stands for startup/ccpm.lua, which cleans up what no startup file of a transaction does. */
const startup = (version: string): string => `
local _, line = require("/apis/ccpm/finish").recover(fs, true)
if line then print(line) end
print("ccpm ${version}")
`;

const says = (text: string): string => `print("${text}")`;

const LOCK = "trapos/ccpm.lock.json";
export const TITLE = "upgrade alpha, ccpm; install beta; uninstall gamma";

/** A computer with the packages alpha, gamma and ccpm, and with files of the player's. */
export const before: Disk = {
    ...modules,
    "apis/alpha/edited.lua": "return 'the player was here'",
    "apis/alpha/main.lua": "return 1",
    "apis/alpha/same.lua": "return 'same'",
    "apis/gamma/deep/down.lua": "return 'gamma'",
    "apis/shared": "a file where a folder comes",
    "notes.txt": "the player's",
    "programs/alpha.lua": "-- alpha 1",
    "programs/gamma.lua": "-- gamma, edited",
    "startup/alpha.lua": says("alpha 1, edited"),
    "startup/ccpm.lua": startup("1"),
    "startup/gamma.lua": says("gamma"),
    "startup/zz.lua": lastStartupFile,
    "startup.lua": says("player"),
    "trapos/ccpm.cache.json": "{cache 1}",
    "trapos/ccpm.json": "{configuration}",
    [LOCK]: "{lock 1}",
    "trapos/gamma/data/one": "1",
    "trapos/gamma/data/two": "2",
    "trapos/alpha/kept": "data of alpha",
};

const twice = "return 'twice the same'";

/** Everything that a transaction can do, at once. */
export const plan: Plan = {
    title: TITLE,
    changes: [
        { path: "apis/alpha/main.lua", content: "return 2" },
        { path: "apis/alpha/edited.lua", content: "return 'new'", backup: "apis/alpha/edited.lua.ccpm-old" },
        { path: "apis/beta/deep/one.lua", content: twice },
        { path: "apis/beta/deep/two.lua", content: twice },
        { path: "apis/beta/empty.lua", content: "" },
        { path: "apis/ccpm/finish.lua", content: `${ours("apis/ccpm/finish.lua")}\n-- 2` },
        { path: "apis/ccpm/transaction.lua", content: `${ours("apis/ccpm/transaction.lua")}\n-- 2` },
        { path: "apis/gamma/deep/down.lua" },
        { path: "apis/shared" },
        { path: "apis/shared/beta.lua", content: "return 'in a folder'" },
        { path: "programs/alpha.lua", content: "-- alpha 2" },
        { path: "programs/gamma.lua", backup: "programs/gamma.lua.ccpm-old" },
        { path: "startup/alpha.lua", content: says("alpha 2"), backup: "startup.ccpm-old/alpha.lua" },
        { path: "startup/beta.lua", content: says("beta") },
        { path: "startup/ccpm.lua", content: startup("2") },
        { path: "startup/gamma.lua" },
    ],
    data: ["trapos/gamma"],
    state: { "trapos/ccpm.cache.json": false, "trapos/ccpm.json": "{configuration}", [LOCK]: "{lock 2}" },
};

/** What a boot shows that nothing disturbs. */
export const boots = {
    old: ["player", "alpha 1, edited", "ccpm 1", "gamma", "booted"],
    new: ["player", "alpha 2", "beta", "ccpm 2", "booted"],
};

export const FINISHED = `ccpm finished: ${TITLE} (the power had gone)`;
export const STOPPED = "ccpm was stopped before it changed anything.";
