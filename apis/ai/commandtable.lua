-- What `ai` understands: its commands, one a file in /apis/ai/commands, and its flags.

local abort = require("/apis/ai/commands/abort")
local ask = require("/apis/ai/commands/ask")
local config = require("/apis/ai/commands/config")
local doctor = require("/apis/ai/commands/doctor")
local last = require("/apis/ai/commands/last")
local newSession = require("/apis/ai/commands/new")
local ping = require("/apis/ai/commands/ping")
local resume = require("/apis/ai/commands/resume")
local sessions = require("/apis/ai/commands/sessions")
local status = require("/apis/ai/commands/status")
local use = require("/apis/ai/commands/use")
local link = require("/apis/ai/commands/link")
local models = require("/apis/ai/commands/models")
local model = require("/apis/ai/commands/model")
local agents = require("/apis/ai/commands/agents")
local agent = require("/apis/ai/commands/agent")
local variants = require("/apis/ai/commands/variants")
local variant = require("/apis/ai/commands/variant")
local rename = require("/apis/ai/commands/rename")
local deleteSession = require("/apis/ai/commands/delete")
local fork = require("/apis/ai/commands/fork")
local history = require("/apis/ai/commands/history")
local undo = require("/apis/ai/commands/undo")
local redo = require("/apis/ai/commands/redo")
local todo = require("/apis/ai/commands/todo")
local diff = require("/apis/ai/commands/diff")
local usage = require("/apis/ai/commands/usage")
local compact = require("/apis/ai/commands/compact")
local setup = require("/apis/ai/commands/setup")
local share = require("/apis/ai/commands/share")
local unshare = require("/apis/ai/commands/unshare")
local commands = require("/apis/ai/commands/commands")
local command = require("/apis/ai/commands/command")
local shell = require("/apis/ai/commands/shell")
local lua = require("/apis/ai/commands/lua")
local code = require("/apis/ai/commands/code")
local save = require("/apis/ai/commands/save")
local runCode = require("/apis/ai/commands/run")
local writeFile = require("/apis/ai/commands/write")
local fix = require("/apis/ai/commands/fix")
local explainFile = require("/apis/ai/commands/explain")
local exportSession = require("/apis/ai/commands/export")

local M = {}

--- By a name of its own, as the compiler puts imports first.
local load = require

--- Those that ask the model something.
local ASKING = {
	"ask",
	"new",
	"ping",
	"command",
	"lua",
	"write",
	"fix",
	"explain",
}

--- Those that wait for a turn.
local WAITING = {
	"ask",
	"new",
	"ping",
	"command",
	"lua",
	"write",
	"fix",
	"explain",
	"resume",
}

--- Those that are about a session which a flag may name.
local IN_SESSION = {
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
}

--- Those whose words go to the model with what the player adds to them.
local PROMPTING = { "ask", "new" }

--- In the order in which help lists them.
M.program = {
	name = "ai",
	commands = {
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
	},
	help = { name = "help", usage = "ai help [command]", purpose = "Show this", most = 1 },
	flags = {
		{ name = "verbose", letter = "v", purpose = "Show each poll" },
		{ name = "session", value = "number|id", purpose = "Ask in this session", commands = IN_SESSION },
		{ name = "model", value = "id", purpose = "Ask this provider/model", commands = ASKING },
		{ name = "agent", value = "name", purpose = "Ask this agent", commands = ASKING },
		{ name = "variant", value = "name", purpose = "Ask this variant of the model", commands = ASKING },
		{
			name = "file",
			letter = "f",
			value = "path",
			isList = true,
			purpose = "Send a file along",
			commands = PROMPTING,
		},
		{ name = "lines", purpose = "Type lines, to an empty one", commands = PROMPTING },
		{ name = "timeout", value = "seconds", purpose = "Wait so long for progress", commands = WAITING },
		{ name = "reasoning", purpose = "Show what it thinks", commands = ASKING },
		{ name = "allow", value = "groups", purpose = "Open groups of ai lua", commands = { "lua" } },
		{ name = "yes", letter = "y", purpose = "Say yes to every question" },
		{ name = "no", purpose = "Say no to every question" },
		{ name = "no-pager", purpose = "Print all of it at once" },
		{ name = "fix", purpose = "Mend what doctor finds", commands = { "doctor" } },
		{ name = "quiet", letter = "q", purpose = "Print only what was asked for" },
		{ name = "json", purpose = "Print one JSON object" },
	},
	usual = "help",
	otherwise = "ask",
	signs = { ["!"] = "shell", ["/"] = "command" },
}

-- What comes with the package of the link, where that is installed.
if fs.exists("/apis/ai/link/commands.lua") then
	load("/apis/ai/link/commands").addTo(M.program)
end
return M
