-- What opencode 2's server sends, as far as it is read here (published protocol of 2.0.17 and later): one table of shapes,
-- from which the types come. What it means is translated by translate.ts into the shapes of /apis/ai/protocol, which are
-- those of opencode 1. Pure.

local M = {}

--- A model as a session or a message names it.
local modelName = { id = "text", providerID = "text", ["variant?"] = "text" }

--- Why something failed. It has failed even where nothing of this is right.
local error = { type = { "either", "name", "unknown" }, ["message?"] = "reason", ["status?"] = "status" }
local tokens = {
	input = "count",
	output = "count",
	["reasoning?"] = "count",
	["cache?"] = { ["read?"] = "count", ["write?"] = "count" },
}

--- A piece of what a tool gave.
local toolContent = { type = "name", ["text?"] = "text" }

--- A piece of an assistant's message: text, reasoning or a tool call.
local content = {
	type = "name",
	["text?"] = "text",
	["id?"] = "text",
	["name?"] = "name",
	["state?"] = {
		status = "name",
		["input?"] = {
			["description?"] = "message",
			["command?"] = "message",
			["filePath?"] = "folder",
			["path?"] = "folder",
		},
		["content?"] = { "some", toolContent },
		["metadata?"] = {
			["sessionID?"] = "id",
			["sessionId?"] = "id",
			["filepath?"] = "folder",
			["exit?"] = "count",
		},
		["error?"] = error,
	},
	["time?"] = { ["created?"] = "time", ["ran?"] = "time", ["completed?"] = "time" },
}

--- A message of any type.
local message = {
	id = "id",
	type = "name",
	time = { created = "time", ["completed?"] = "time" },
	["text?"] = "text",
	["metadata?"] = { ["said?"] = "text" },
	["agent?"] = "name",
	["model?"] = modelName,
	["content?"] = { "some", content },
	["finish?"] = "name",
	["cost?"] = "amount",
	["tokens?"] = tokens,
	["error?"] = error,
	["retry?"] = { attempt = "count", ["at?"] = "time", ["error?"] = error },
	["outcome?"] = "name",
	["status?"] = "name",
	["command?"] = "text",
	["exit?"] = "count",
	["output?"] = { ["output?"] = "text" },
}
local rule = { action = "text", resource = "text", effect = { "choice", "deny", "allow", "ask" } }
local session = {
	id = "id",
	["title?"] = "name",
	["parentID?"] = "id",
	time = { created = "time", updated = "time", ["idle?"] = "time" },
	["outcome?"] = "name",
	location = { directory = "folder" },
	["model?"] = modelName,
	["agent?"] = "name",
	["cost?"] = "amount",
	["tokens?"] = tokens,
	["revert?"] = { messageID = "id" },
	["permissions?"] = { "some", rule },
}

--- Of a tool call that needs a permission. Servers before 2.0.22 call the call's id `callID`.
local permission = {
	id = "id",
	sessionID = "id",
	action = { "either", "name", "a tool" },
	["resources?"] = { "some", "long" },
	["save?"] = { "some", "long" },
	["metadata?"] = {
		["command?"] = "long",
		["filepath?"] = "long",
		["diff?"] = "long",
		["url?"] = "long",
		["description?"] = "long",
	},
	["source?"] = { ["messageID?"] = "id", ["callID?"] = "text", ["id?"] = "text" },
}

--- A condition under which a field is to be filled in.
local condition = { key = "text", op = "name", value = "any" }

--- A field of a form.
local field = {
	key = "text",
	type = "name",
	["title?"] = "name",
	["description?"] = "long",
	["options?"] = { "some", { value = "text", label = "text", ["description?"] = "long" } },
	["custom?"] = "boolean",
	["required?"] = "boolean",
	["hidden?"] = "boolean",
	["when?"] = { "some", condition },
	["url?"] = "long",
}
local form = {
	id = "id",
	sessionID = "id",
	["title?"] = "name",
	["url?"] = "long",
	["metadata?"] = { ["callID?"] = "text" },
	["fields?"] = { "some", field },
}

--- A model that there is.
local model = {
	id = "text",
	providerID = "text",
	["name?"] = "name",
	["enabled?"] = "boolean",
	["limit?"] = { ["context?"] = "count", ["output?"] = "count" },
	["cost?"] = { "some", { ["input?"] = "amount", ["output?"] = "amount" } },
	["variants?"] = { "some", { id = "text" } },
}
local agent = { id = "text", ["description?"] = "message", ["mode?"] = "name", ["hidden?"] = "boolean" }
local change = {
	file = "message",
	["additions?"] = "count",
	["deletions?"] = "count",
	["status?"] = "name",
	["patch?"] = "text",
}

--- What the server answers, each behind `data`.
M.answers = {
	information = { version = "name" },
	session = { data = session },
	sessions = { data = { "some", session } },
	message = { data = message },
	messages = { data = { "list", message }, ["cursor?"] = { ["previous?"] = "text", ["next?"] = "text" } },
	permissions = { data = { "some", permission } },
	forms = { data = { "some", form } },
	changes = { data = { "some", change } },
	files = { data = { "some", { path = "text", type = "name" } } },
	interrupted = { ["interrupted?"] = "boolean" },
	active = { data = { "record", { type = "name" } } },
	models = { data = { "some", model } },
	defaultModel = { ["data?"] = modelName },
	agents = { data = { "some", agent } },
	commands = { data = { "some", { name = "text", ["description?"] = "message" } } },
	refusal = {
		["_tag?"] = "name",
		["message?"] = "reason",
		["name?"] = "name",
		["data?"] = { ["message?"] = "reason" },
	},
}
return M
