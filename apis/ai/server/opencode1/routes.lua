-- The routes of opencode 1's HTTP server that are used here, each as the request that it takes (1.18.33). Pure: whoever
-- sends one writes its path, its query and its body in its own world.

local route = require("/apis/ai/server/route")
local fileAddress, modelParts = route.fileAddress, route.modelParts

local M = {}

--- How many paths are asked for.
local MOST_PATHS = 100

--- What the server is, and its version.
function M.health()
	return { path = { "global", "health" } }
end

--- Makes a session. The title is for people.
--
-- @param permission what its agent may do; what the server's configuration says when absent
function M.createSession(title, directory, permission)
	return {
		path = { "session" },
		query = { directory = directory },
		body = { title = title, permission = permission },
	}
end

function M.getSession(id)
	return { path = { "session", id } }
end

--- The newest sessions that no other session opened, newest first.
function M.listSessions(limit, search, directory)
	return {
		path = { "session" },
		query = { limit = limit, search = search, roots = "true", directory = directory },
	}
end

--- The newest messages of a session, oldest first. Always with a limit: the whole list grows with every turn.
function M.getMessages(sessionId, limit)
	return { path = { "session", sessionId, "message" }, query = { limit = limit } }
end

function M.getMessage(sessionId, id)
	return { path = { "session", sessionId, "message", id } }
end

--- A file of the server as a part of a prompt: opencode reads it and puts what it says beside the prompt (1.18.33).
local function partOfFile(file, encode)
	return {
		type = "file",
		mime = "text/plain",
		url = fileAddress(file.absolute, encode),
		filename = file.path,
	}
end

--- Sends a prompt; the answer (204) comes at once and proves nothing: an unknown model or agent is taken, too. It carries
-- no messageID, which makes servers up to 1.18.14 loop and all of them ignore an id that was used before; the nonce in
-- the first part's metadata marks it instead. What is attached is "synthetic", as all is that nobody has typed.
--
-- @param encode writes a text for a part of an address
function M.sendPrompt(sessionId, prompt, encode)
	local parts = { { type = "text", text = prompt.text, metadata = { nonce = prompt.nonce } } }
	for _, text in ipairs(prompt.attachments or {}) do
		parts[#parts + 1] = { type = "text", text = text, synthetic = true }
	end
	for _, file in ipairs(prompt.files or {}) do
		parts[#parts + 1] = partOfFile(file, encode)
	end
	local body = {
		parts = parts,
		agent = prompt.agent,
		variant = prompt.variant,
		system = prompt.system,
		model = modelParts(prompt.model),
	}
	return { path = { "session", sessionId, "prompt_async" }, body = body }
end

--- Stops what a session does; fine for an idle one.
function M.abortSession(sessionId)
	return { path = { "session", sessionId, "abort" }, body = {} }
end

function M.renameSession(id, title)
	return { path = { "session", id }, method = "PATCH", body = { title = title } }
end

--- Deletes a session with all that was said in it.
function M.deleteSession(id)
	return { path = { "session", id }, method = "DELETE" }
end

--- Makes a session that begins with all that was said in another.
function M.forkSession(id)
	return { path = { "session", id, "fork" }, body = {} }
end

--- Makes a session readable on the web. Fails with 500 where the configuration says "share": "disabled".
function M.shareSession(id)
	return { path = { "session", id, "share" }, body = {} }
end

function M.unshareSession(id)
	return { path = { "session", id, "share" }, method = "DELETE" }
end

--- Takes back all from a prompt on, files among it. The messages stay listed until the next prompt. A session that works
-- refuses that: 409, or 400 on 1.14.41 and 500 on 1.2.27.
function M.undo(id, messageId)
	return { path = { "session", id, "revert" }, body = { messageID = messageId } }
end

--- Brings back all that was taken back; refused as `undo` is.
function M.redo(id)
	return { path = { "session", id, "unrevert" }, body = {} }
end

--- What the agent means to do.
function M.getTodos(id)
	return { path = { "session", id, "todo" } }
end

--- What the turn of a prompt has changed. Without the prompt's id opencode tells nothing.
function M.getChanges(id, messageId)
	return { path = { "session", id, "diff" }, query = { messageID = messageId } }
end

--- Writes a summary that takes the place of what was said. Answered when it is written.
function M.compact(id, model)
	return {
		path = { "session", id, "summarize" },
		body = modelParts(model) or {},
	}
end

--- Runs a line of the server's shell in the session's folder, whatever permissions say. Answered when it has ended.
function M.shell(id, agent, line)
	return { path = { "session", id, "shell" }, body = { agent = agent, command = line } }
end

--- Runs a command of opencode's configuration. Answered when it has ended; one of no known name is 500.
function M.command(id, call)
	local body = {
		command = call.name,
		arguments = call.arguments,
		model = call.model,
		agent = call.agent,
		variant = call.variant,
	}
	return { path = { "session", id, "command" }, body = body }
end

--- What stands in a folder, by its path from the directory. One that is not there is 500.
function M.listFiles(directory, path)
	return { path = { "file" }, query = { path = path, directory = directory } }
end

--- Paths from the directory that are like a text; none where the server has no ripgrep.
function M.findFiles(directory, text)
	return { path = { "find", "file" }, query = { query = text, directory = directory, limit = MOST_PATHS } }
end

--- Answers a permission that waits.
function M.answerPermission(id, reply, message, directory)
	return {
		path = { "permission", id, "reply" },
		query = { directory = directory },
		body = { reply = reply, message = message },
	}
end

--- Answers a question that waits.
--
-- @param answers for each question the labels that were chosen: lists that stay lists as JSON where they are empty
function M.answerQuestion(id, answers, directory)
	return { path = { "question", id, "reply" }, query = { directory = directory }, body = {
		answers = answers,
	} }
end

--- Refuses to answer a question that waits.
function M.rejectQuestion(id, directory)
	return { path = { "question", id, "reject" }, query = { directory = directory }, body = {} }
end

--- Where the lists of a directory are.
local LISTS = {
	status = { "session", "status" },
	permissions = { "permission" },
	questions = { "question" },
	providers = { "config", "providers" },
	agents = { "agent" },
	commands = { "command" },
	config = { "config" },
}

--- One of the server's lists.
function M.readList(name, directory)
	return { path = LISTS[name], query = { directory = directory } }
end

--- Where opencode tells of what it loads.
local LOADED = {
	providers = { "config", "providers" },
	tools = { "experimental", "tool", "ids" },
	mcp = { "mcp" },
	skills = { "skill" },
}

--- Loads what is not there yet for a directory, and is answered when that is done: MCP servers may take seconds.
function M.waitUntilLoaded(what, directory)
	return { path = LOADED[what], query = { directory = directory } }
end

return M
