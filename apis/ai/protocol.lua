-- What opencode's server sends, as far as this client reads it (opencode 1.18.33; older servers leave fields out): one
-- table of shapes, from which the types come. Nothing works without the fields that have no question mark. What is
-- shown is a name, a message or a reason, which are one line that fits; what is compared or handed on is a text.

local M = {}

--- A piece of a message: text, a tool call, a step's end and others.
local part = {
	type = "name",
	["text?"] = "text",
	["synthetic?"] = "boolean",
	["metadata?"] = { ["nonce?"] = "text" },
	["tool?"] = "name",
	["callID?"] = "text",
	["state?"] = {
		status = "name",
		["title?"] = "message",
		["output?"] = "text",
		["input?"] = { ["description?"] = "message", ["command?"] = "message", ["filePath?"] = "folder" },
		["metadata?"] = {
			["sessionId?"] = "id",
			["filepath?"] = "folder",
			["filediff?"] = { ["file?"] = "folder" },
			["files?"] = { "some", { ["filePath?"] = "folder", ["relativePath?"] = "folder" } },
			["exit?"] = "count",
		},
		["error?"] = "reason",
		["time?"] = { ["start?"] = "time", ["end?"] = "time" },
	},
}

--- The model's or the server's own account of why a turn failed. It has failed even where nothing of this is right.
local messageError = {
	name = { "either", "name", "no reason given" },
	["data?"] = { ["message?"] = "reason", ["statusCode?"] = "status" },
}
local cache = { ["read?"] = "count", ["write?"] = "count" }

--- Tokens of a message or of a session.
local tokens = {
	input = "count",
	output = "count",
	["reasoning?"] = "count",
	["cache?"] = cache,
	["total?"] = "count",
}
local messageInfo = {
	id = "id",
	role = "name",
	time = { created = "time", ["completed?"] = "time" },
	["parentID?"] = "id",
	["finish?"] = "name",
	["error?"] = messageError,
	["summary?"] = "boolean",
	["agent?"] = "name",
	["model?"] = { providerID = "text", modelID = "text" },
	["providerID?"] = "name",
	["modelID?"] = "name",
	["cost?"] = "amount",
	["tokens?"] = tokens,
	["retry?"] = { ["attempt?"] = "count", ["message?"] = "reason", ["next?"] = "time" },
}

--- A part of no known form is left out; what has such parts alone is no message.
local message = { info = messageInfo, parts = { "some", part } }

--- A rule of a session; the last one that fits counts.
local rule = { action = "text", resource = "text", effect = { "choice", "deny", "allow", "ask" } }
local session = {
	id = "id",
	title = "name",
	["parentID?"] = "id",
	time = { created = "time", updated = "time" },
	directory = "folder",
	["model?"] = { id = "text", providerID = "text", ["variant?"] = "text" },
	["agent?"] = "name",
	["cost?"] = "amount",
	["tokens?"] = tokens,
	["revert?"] = { messageID = "id" },
	["rules?"] = { "some", rule },
	["ended?"] = { outcome = "name", at = "time" },
	["share?"] = { url = "text" },
}

--- What a session does. One of which anything else is said than these words is busy.
local sessionStatus = {
	type = { "choice", "busy", "retry", "idle" },
	["attempt?"] = "count",
	["message?"] = "reason",
	["next?"] = "time",
}

--- The tool call that asks.
local caller = { ["messageID?"] = "id", ["callID?"] = "text" }
local permission = {
	id = "id",
	sessionID = "id",
	permission = { "either", "name", "a tool" },
	["patterns?"] = { "some", "long" },
	["always?"] = { "some", "long" },
	["isForGood?"] = "boolean",
	["metadata?"] = {
		["command?"] = "long",
		["filepath?"] = "long",
		["diff?"] = "long",
		["url?"] = "long",
		["description?"] = "long",
	},
	["tool?"] = caller,
}

--- What is sent back as an answer is its label, so that it is whole.
local option = { label = "text", ["description?"] = "long" }
local question = {
	id = "id",
	sessionID = "id",
	questions = {
		"some",
		{
			question = "long",
			["header?"] = "name",
			["options?"] = { "some", option },
			["multiple?"] = "boolean",
			["custom?"] = "boolean",
			["kind?"] = "name",
		},
	},
	["tool?"] = caller,
}

--- A model; its name among its provider's is its id.
local model = {
	["name?"] = "name",
	["limit?"] = { ["context?"] = "count", ["output?"] = "count" },
	["cost?"] = { ["input?"] = "amount", ["output?"] = "amount" },
	["variants?"] = { "record", "present" },
}
local provider = { id = "text", models = { "record", model } }
local agent = { name = "text", ["description?"] = "message", ["mode?"] = "name", ["hidden?"] = "boolean" }
local command = { name = "text", ["description?"] = "message" }
local todo = { content = "message", status = "name", ["priority?"] = "name" }

--- What a turn, or what the folder's version control, has changed of a file.
local change = {
	file = "message",
	["additions?"] = "count",
	["deletions?"] = "count",
	["status?"] = "name",
	["patch?"] = "text",
}

--- What stands in a folder of the server.
local fileEntry = { path = "text", type = "name", ["absolute?"] = "text" }

--- What a server says where it refuses: opencode 1 has `name` and `data`, opencode 2 `_tag` and `message`.
local refusal = {
	["name?"] = "name",
	["_tag?"] = "name",
	["message?"] = "reason",
	["data?"] = { ["message?"] = "reason", ["path?"] = "message", ["kind?"] = "name" },
}

--- The server's lists, by the names that this client gives them; entries that are wrong are left out.
M.lists = {
	status = { "record", sessionStatus },
	permissions = { "some", permission },
	questions = { "some", question },
	providers = { providers = { "some", provider } },
	agents = { "some", agent },
	commands = { "some", command },
	config = { ["model?"] = "text" },
}

--- Answers about one thing, or about sessions and their messages.
M.answers = {
	health = { version = "name" },
	session = session,
	sessions = { "some", session },
	message = message,
	messages = { "list", message },
	refusal = refusal,
	todos = { "some", todo },
	changes = { "some", change },
	files = { "some", fileEntry },
	paths = { "some", "text" },
}

--- What a request's sender gives back; a stand-in for it may give anything.
M.response =
	{ headers = { "record", "text" }, body = "text", ["status?"] = "status", ["reason?"] = "message" }
return M
