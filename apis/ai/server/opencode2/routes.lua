-- The routes of opencode 2's HTTP server that are used here, each as the request that it takes (2.0.22, from its
-- published protocol: none was run by us). Pure: whoever sends one writes its path, its query and its body in its own
-- world.

local route = require("/apis/ai/server/route")
local modelParts, namesOf = route.modelParts, route.namesOf
local askParts = require("/apis/ai/server/opencode2/asks").askParts
local promptId = require("/apis/ai/server/opencode2/promptid").promptId

local M = {}

--- The most messages that one request brings, and the number that is asked for where nothing is said.
M.MOST_MESSAGES = 200

--- How many paths are asked for.
local MOST_PATHS = 100

--- The query that names a folder; an absolute path, or opencode's own folder where nothing is named.
local function at(directory)
	return { ["location[directory]"] = directory }
end

--- A model as opencode 2 names it; nothing for what is no "provider/model".
local function modelIn(model, variant)
	local parts = modelParts(model)
	return parts and { providerID = parts.providerID, id = parts.modelID, variant = variant }
end

--- Makes a session.
function M.createSession(given)
	local directory = given.directory
	local body = {
		title = given.title,
		location = directory ~= nil and { directory = directory } or nil,
		permissions = given.rules,
	}
	return { path = { "api", "session" }, body = body }
end

function M.getSession(id)
	return { path = { "api", "session", id } }
end

--- The newest sessions that no other session opened, newest first.
function M.listSessions(limit, search, directory)
	return {
		path = { "api", "session" },
		query = { limit = limit, search = search, parentID = "null", directory = directory },
	}
end

--- The sessions that a session has opened for subagents.
function M.listChildren(id)
	return { path = { "api", "session" }, query = { parentID = id } }
end

--- The newest messages of a session, newest first: at most 200.
function M.getMessages(sessionId, limit)
	return { path = { "api", "session", sessionId, "message" }, query = { limit = limit } }
end

--- A page of messages beside another: the `previous` cursor of a page that begins with the newest leads to what came after
-- it, newest first, the `next` one to what came before.
function M.getMessagesAt(sessionId, limit, cursor)
	return { path = { "api", "session", sessionId, "message" }, query = { limit = limit, cursor = cursor } }
end

function M.getMessage(sessionId, id)
	return {
		path = {
			"api",
			"session",
			sessionId,
			"message",
			id,
		},
	}
end

--- A file of the server as a text that goes along with a prompt.
function M.fileText(path, content)
	return '<file path="' .. path .. '">\n' .. content .. "\n</file>"
end

--- All that the model reads of a prompt: opencode 2 has neither instructions of a single prompt nor parts of it, so that what
-- goes along stands behind it.
local function textOf(prompt)
	local text = prompt.text
	for _, attached in ipairs(prompt.attachments or {}) do
		text = text .. "\n\n" .. attached
	end
	if prompt.system ~= nil then
		text = text .. "\n\n" .. prompt.system
	end
	return text
end

--- Sends a prompt, whose message's id has its nonce. Sent again with the same id and the same text it is not run
-- once more; with another text it is 409. An answer means that it is kept, and will run. Files of the server have to be read
-- before, and be among what is attached: those that are named alone a provider may refuse, as 1.18.33's preview does.
function M.sendPrompt(sessionId, prompt)
	local text = textOf(prompt)
	local body = {
		id = promptId(sessionId, prompt.nonce),
		text = text,
		metadata = text ~= prompt.text and { said = prompt.text } or nil,
	}
	return { path = { "api", "session", sessionId, "prompt" }, body = body }
end

--- Has another model answer from the next prompt on. One that is not there is taken, too.
function M.setModel(id, model, variant)
	return {
		path = { "api", "session", id, "model" },
		body = { model = modelIn(model, variant) },
	}
end

--- Has another agent answer from the next prompt on. One that is not there is taken, too.
function M.setAgent(id, agent)
	return { path = { "api", "session", id, "agent" }, body = { agent = agent } }
end

--- Stops what a session does; fine for an idle one.
function M.interrupt(sessionId)
	return { path = { "api", "session", sessionId, "interrupt" }, method = "POST" }
end

function M.renameSession(id, title)
	return { path = { "api", "session", id }, method = "PATCH", body = { title = title } }
end

--- Has other rules hold for a session than those before.
function M.setRules(id, rules)
	return { path = { "api", "session", id }, method = "PATCH", body = { permissions = rules } }
end

--- Deletes a session with all that was said in it, and those that it opened for subagents.
function M.deleteSession(id)
	return { path = { "api", "session", id }, method = "DELETE" }
end

--- Makes a session that begins with all that was said in another.
function M.forkSession(id)
	return { path = { "api", "session", id, "fork" }, body = {} }
end

--- Takes back all from a prompt on, files among it, so that it can still come back. 409 where the session works.
function M.stageUndo(id, messageId)
	return {
		path = {
			"api",
			"session",
			id,
			"revert",
			"stage",
		},
		body = { messageID = messageId, files = true },
	}
end

--- Brings back all that was taken back; refused as `stageUndo` is.
function M.clearUndo(id)
	return { path = { "api", "session", id, "revert" }, method = "DELETE" }
end

--- The same for the betas, and for the preview of 1.18.33.
function M.clearUndoBefore(id)
	return {
		path = {
			"api",
			"session",
			id,
			"revert",
			"clear",
		},
		method = "POST",
	}
end

--- Takes back for good what was taken back.
function M.commitUndo(id)
	return {
		path = {
			"api",
			"session",
			id,
			"revert",
			"commit",
		},
		method = "POST",
	}
end

--- What the turn of a prompt has changed.
function M.getChanges(id, messageId)
	return { path = { "api", "session", id, "diff" }, query = { from = messageId } }
end

--- Has a summary written that takes the place of what was said.
function M.compact(id)
	return { path = { "api", "session", id, "compact" }, body = {} }
end

--- Runs a line of the server's shell in the session's folder, whatever permissions say.
function M.shell(id, line)
	return { path = { "api", "session", id, "shell" }, body = { command = line } }
end

--- Runs a command of opencode's configuration. 404 for one of no known name.
function M.command(id, call)
	return { path = { "api", "session", id, "command" }, body = { name = call.name, text = call.arguments } }
end

--- What stands in a folder, by its path from the directory.
function M.listFiles(directory, path)
	return { path = { "api", "fs", "list" }, query = { path = path, ["location[directory]"] = directory } }
end

--- Paths from the directory that are like a text.
function M.findFiles(directory, text)
	local query = { query = text, type = "file", limit = MOST_PATHS, ["location[directory]"] = directory }
	return { path = { "api", "fs", "find" }, query = query }
end

--- What stands in a file, by its path from the directory: its bytes, as they are.
function M.readFile(directory, path)
	local names = { "api", "fs", "read" }
	for _, name in ipairs(namesOf(path)) do
		names[#names + 1] = name
	end
	return {
		path = names,
		query = at(directory),
	}
end

--- The permissions that one session waits for; those of its subagents are theirs.
function M.sessionPermissions(sessionId)
	return { path = { "api", "session", sessionId, "permission" } }
end

--- The forms that one session waits for.
function M.sessionForms(sessionId)
	return { path = { "api", "session", sessionId, "form" } }
end

--- Answers a permission that waits. 404 where it does not wait any more.
function M.answerPermission(ask, reply, message)
	local parts = askParts(ask)
	local body = { decision = reply, message = message }
	return {
		path = {
			"api",
			"session",
			parts.sessionId,
			"permission",
			parts.id,
			"reply",
		},
		body = body,
	}
end

--- The same for the betas (published protocol), and for the preview of 1.18.33.
function M.answerPermissionBefore(ask, reply, message)
	local parts = askParts(ask)
	return {
		path = {
			"api",
			"session",
			parts.sessionId,
			"permission",
			parts.id,
			"reply",
		},
		body = { reply = reply, message = message },
	}
end

--- Fills a form in that waits. 404 or 409 where it does not wait any more, 400 for what it does not take.
function M.answerForm(ask, answers)
	local parts = askParts(ask)
	return {
		path = {
			"api",
			"session",
			parts.sessionId,
			"form",
			parts.id,
			"reply",
		},
		body = { answer = answers },
	}
end

--- Refuses to fill a form in, which ends the turn.
function M.dismissForm(ask)
	local parts = askParts(ask)
	return {
		path = {
			"api",
			"session",
			parts.sessionId,
			"form",
			parts.id,
		},
		method = "DELETE",
	}
end

--- The same for servers before 2.0.22 (published protocol of the betas).
function M.cancelForm(ask)
	local parts = askParts(ask)
	return {
		path = {
			"api",
			"session",
			parts.sessionId,
			"form",
			parts.id,
			"cancel",
		},
		method = "POST",
	}
end

--- Where the lists of a folder are; what the sessions do is one list for all folders.
local LISTS = {
	status = { "api", "session", "active" },
	permissions = { "api", "permission", "request" },
	questions = { "api", "form" },
	providers = { "api", "model" },
	agents = { "api", "agent" },
	commands = { "api", "command" },
	config = { "api", "model", "default" },
}

--- One of the server's lists.
function M.readList(name, directory)
	return name == "status" and { path = LISTS.status } or {
		path = LISTS[name],
		query = at(directory),
	}
end

--- All forms of a folder, for servers before 2.0.22 (published protocol of the betas).
function M.olderForms(directory)
	return {
		path = { "api", "form", "request" },
		query = at(directory),
	}
end

--- What has happened in a session, as events: its answer is SSE text that ends by itself. Nothing else tells why a turn failed that had no step.
function M.readLog(sessionId)
	return {
		path = {
			"api",
			"experimental",
			"session",
			sessionId,
			"log",
		},
	}
end

return M
