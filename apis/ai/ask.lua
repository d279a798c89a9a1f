-- What a person is asked while a turn runs, as whoever answers gets it. Pure.

local M = {}

--- A permission as it is asked for.
function M.permissionAsk(entry)
	local metadata = entry.metadata or {}
	return {
		id = entry.id,
		sessionId = entry.sessionID,
		kind = entry.permission,
		patterns = entry.patterns or {},
		always = entry.always or {},
		isForGood = entry.isForGood,
		command = metadata.command,
		filepath = metadata.filepath,
		diff = metadata.diff,
		url = metadata.url,
		description = metadata.description,
	}
end

--- A question as it is asked.
function M.questionAsk(entry)
	local questions = {}
	for _, item in ipairs(entry.questions) do
		questions[#questions + 1] = {
			question = item.question,
			header = item.header,
			options = item.options or {},
			multiple = item.multiple == true,
			custom = item.custom ~= false,
			kind = item.kind,
		}
	end
	return { id = entry.id, sessionId = entry.sessionID, questions = questions }
end

--- What an ask is about, in a line: "bash: npm test", or the first question.
function M.describeAsk(asked)
	if asked.what == "question" then
		local first = asked.ask.questions[1]
		return first and first.question or ""
	end
	local ask = asked.ask
	local subject = ask.command or ask.filepath or ask.url or ask.patterns[1]
	return subject == nil and ask.kind .. ":" or ask.kind .. ": " .. subject
end

return M
