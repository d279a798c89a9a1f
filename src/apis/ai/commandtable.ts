/** What `ai` understands: its commands, one a file in /apis/ai/commands, and its flags. */
import type { Program } from "../trapos/commandline";
import type { AiCommand } from "./command";
import abort = require("./commands/abort");
import ask = require("./commands/ask");
import config = require("./commands/config");
import doctor = require("./commands/doctor");
import last = require("./commands/last");
import newSession = require("./commands/new");
import ping = require("./commands/ping");
import resume = require("./commands/resume");
import sessions = require("./commands/sessions");
import status = require("./commands/status");
import use = require("./commands/use");
import link = require("./commands/link");
import models = require("./commands/models");
import model = require("./commands/model");
import agents = require("./commands/agents");
import agent = require("./commands/agent");
import variants = require("./commands/variants");
import variant = require("./commands/variant");
import rename = require("./commands/rename");
import deleteSession = require("./commands/delete");
import fork = require("./commands/fork");
import history = require("./commands/history");
import undo = require("./commands/undo");
import redo = require("./commands/redo");
import todo = require("./commands/todo");
import diff = require("./commands/diff");
import usage = require("./commands/usage");
import compact = require("./commands/compact");
import setup = require("./commands/setup");
import share = require("./commands/share");
import unshare = require("./commands/unshare");
import commands = require("./commands/commands");
import command = require("./commands/command");
import shell = require("./commands/shell");
import lua = require("./commands/lua");
import code = require("./commands/code");
import save = require("./commands/save");
import runCode = require("./commands/run");
import writeFile = require("./commands/write");
import fix = require("./commands/fix");
import explainFile = require("./commands/explain");
import exportSession = require("./commands/export");
import type * as linkCommands from "./link/commands";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

/** Those that ask the model something. */
const ASKING = ["ask", "new", "ping", "command", "lua", "write", "fix", "explain"];
/** Those that wait for a turn. */
const WAITING = ["ask", "new", "ping", "command", "lua", "write", "fix", "explain", "resume"];
/** Those that are about a session which a flag may name. */
const IN_SESSION = [
    "ask",
    "ping",
    "command",
    "shell",
    "lua",
    "write",
    "fix",
    "explain",
    "resume",
    "last",
    "abort",
    "history",
    "diff",
    "undo",
    "redo",
    "todo",
    "compact",
    "export",
    "rename",
    "fork",
    "delete",
    "share",
    "unshare",
    "usage",
    "code",
    "save",
    "run",
];
/** Those whose words go to the model with what the player adds to them. */
const PROMPTING = ["ask", "new"];

/** In the order in which help lists them. */
export const program: Program<AiCommand> = {
    name: "ai",
    commands: [
        ask,
        newSession,
        ping,
        status,
        resume,
        last,
        abort,
        history,
        diff,
        undo,
        redo,
        todo,
        compact,
        exportSession,
        sessions,
        use,
        rename,
        fork,
        deleteSession,
        share,
        unshare,
        models,
        model,
        variants,
        variant,
        agents,
        agent,
        usage,
        commands,
        command,
        shell,
        link,
        setup,
        config,
        doctor,
        lua,
        code,
        save,
        runCode,
        writeFile,
        fix,
        explainFile,
    ],
    help: { name: "help", usage: "ai help [command]", purpose: "Show this", most: 1 },
    flags: [
        { name: "verbose", letter: "v", purpose: "Show each poll" },
        { name: "session", value: "number|id", purpose: "Ask in this session", commands: IN_SESSION },
        { name: "model", value: "id", purpose: "Ask this provider/model", commands: ASKING },
        { name: "agent", value: "name", purpose: "Ask this agent", commands: ASKING },
        { name: "variant", value: "name", purpose: "Ask this variant of the model", commands: ASKING },
        {
            name: "file",
            letter: "f",
            value: "path",
            isList: true,
            purpose: "Send a file along",
            commands: PROMPTING,
        },
        { name: "lines", purpose: "Type lines, to an empty one", commands: PROMPTING },
        { name: "timeout", value: "seconds", purpose: "Wait so long for progress", commands: WAITING },
        { name: "reasoning", purpose: "Show what it thinks", commands: ASKING },
        { name: "allow", value: "groups", purpose: "Open groups of ai lua", commands: ["lua"] },
        { name: "yes", letter: "y", purpose: "Say yes to every question" },
        { name: "no", purpose: "Say no to every question" },
        { name: "no-pager", purpose: "Print all of it at once" },
        { name: "fix", purpose: "Mend what doctor finds", commands: ["doctor"] },
        { name: "quiet", letter: "q", purpose: "Print only what was asked for" },
        { name: "json", purpose: "Print one JSON object" },
    ],
    usual: "help",
    otherwise: "ask",
    signs: { "!": "shell", "/": "command" },
};

// What comes with the package of the link, where that is installed.
if (fs.exists("/apis/ai/link/commands.lua"))
    (load("/apis/ai/link/commands") as typeof linkCommands).addTo(program);
