-- What is told of the tool calls of a turn: each once when it begins, and once when it has ended. Pure.

local M = {}

--- The files that a call has written.
local function filesOf(part, relative)
	local metadata = part.state.metadata or {}
	local files = {}
	local written = metadata.filepath or metadata.filediff and metadata.filediff.file
	if written ~= nil then
		files[#files + 1] = relative(written)
	end
	for _, file in ipairs(metadata.files or {}) do
		local name = file.filePath or file.relativePath
		if name ~= nil then
			files[#files + 1] = relative(name)
		end
	end
	return files
end

--- A call, as far as it is.
local function callOf(part, relative)
	local state = part.state
	local input = state.input or {}
	local time = state.time or {}
	local metadata = state.metadata or {}
	local title = state.title or input.description or input.command or input.filePath
	local tool = part.tool or "a tool"
	if state.status ~= "completed" and state.status ~= "error" then
		return { tool = tool, title = title, status = "running", files = {} }
	end
	local hasTimes = time.start ~= nil and time["end"] ~= nil
	return {
		tool = tool,
		title = title,
		status = state.status,
		seconds = hasTimes and math.max(time["end"] - time.start, 0) / 1000 or nil,
		files = state.status == "error" and {} or filesOf(part, relative),
		message = state.error,
		exit = metadata.exit,
	}
end

--- What is new of the calls of some messages.
--
-- @param told what was told before; it is brought up to date
-- @param messages steps of the turn, oldest first; those that were seen before may be among them
-- @param relative shortens the path of a file on the server
-- @returns what is to be told, in its order; a call that began and ended since is there twice
function M.toolNews(told, messages, relative)
	local news = {}
	for _, message in ipairs(messages) do
		local count = 0
		for _, part in ipairs(message.parts) do
			count = count + 1
			if part.state and part.type == "tool" then
				local key = part.callID or message.info.id .. " " .. tostring(count)
				local call = callOf(part, relative)
				local before = told[key]
				if before == nil then
					news[#news + 1] = { tool = call.tool, title = call.title, status = "running", files = {} }
					told[key] = "running"
				end
				if call.status ~= "running" and before ~= "ended" then
					news[#news + 1] = call
					told[key] = "ended"
				end
			end
		end
	end
	return news
end

return M
