-- What the messages of a session tell of a turn. Pure, so that whoever drives, stops or reads a turn sees the same.
--
-- A turn is a prompt and its steps: with N tool calls there are N + 1 assistant messages, all under the prompt. Three
-- things make it less simple (measured, opencode 1.18.33): an automatic compaction goes on under prompts that opencode
-- writes itself; prompts that were queued are answered together under the last of them; and a prompt that comes in the
-- middle of a tool call takes over what is left of the turn.

local M = {}

--- A message that a model wrote as an answer; what an automatic compaction writes as a summary is none.
function M.isAnswer(message)
	return message.info.role == "assistant" and message.info.summary ~= true
end

function M.isComplete(message)
	return message ~= nil and message.info.time.completed ~= nil
end

--- True for an answer after which the server has nothing more to do. A tool step is completed, too.
function M.looksFinal(message)
	local info = message.info
	return M.isAnswer(message) and (info.error ~= nil or (info.finish or "tool-calls") ~= "tool-calls")
end

--- Whether a prompt is the one that carries this nonce, or has it for its id.
function M.carriesNonce(message, nonce)
	for _, part in ipairs(message.parts) do
		if part.metadata and part.metadata.nonce == nonce then
			return true
		end
	end
	return message.info.id == nonce
end

--- Whether a message is none of a conversation, beside which it stands (opencode 2): its turn goes on whatever it says.
function M.isBeside(message)
	return message.info.role == "other" or message.info.role == "shell"
end

--- The tool calls of a message that run, or wait to.
function M.activeTools(message)
	local active = {}
	for _, part in ipairs(message and message.parts or {}) do
		local status = part.state and part.state.status
		if status == "running" or status == "pending" then
			active[#active + 1] = part
		end
	end
	return active
end

--- The text of messages: their text parts, in order, without those that the server added.
--
-- @returns the text, empty when there is none
function M.textOf(messages)
	local texts = {}
	for _, message in ipairs(messages) do
		for _, part in ipairs(message.parts) do
			if part.type == "text" and part.synthetic ~= true and (part.text or "") ~= "" then
				texts[#texts + 1] = part.text
			end
		end
	end
	return table.concat(texts, "\n\n")
end

--- A prompt that opencode wrote, as an automatic compaction does: it belongs to the turn before it.
local function isMadeByServer(message)
	for _, part in ipairs(message.parts) do
		if part.synthetic ~= true and part.type ~= "compaction" then
			return false
		end
	end
	return #message.parts > 0
end

--- A step that ended in tool calls, none of them refused: the turn goes on behind it.
function M.isHandedOver(step)
	for _, part in ipairs(step.parts) do
		if part.state and part.state.status == "error" then
			return false
		end
	end
	return M.isComplete(step) and step.info.finish == "tool-calls"
end

--- Finds the messages of a turn.
--
-- @param prompt what the turn is known by
-- @param messages the newest messages of its session, oldest first
function M.turnIn(prompt, messages)
	local nonce = prompt.nonce
	local prompts = {}
	prompts[nonce] = true
	local userMessageId = prompt.userMessageId
	if userMessageId ~= nil then
		prompts[userMessageId] = true
	end
	local isFound = false
	local isWhole = false
	local isFollowed = false
	local outcome
	local current
	local heir
	local steps = {}
	local others = {}
	for _, message in ipairs(messages) do
		local info = message.info
		if M.isAnswer(message) then
			local parent = info.parentID or current or ""
			if info.id == nonce or prompts[parent] then
				isFound = true

				-- What comes behind its end the session does by itself, as where work in the background has ended.
				if outcome == nil then
					steps[#steps + 1] = message
				end
			elseif isFound then
				isFollowed = true
				heir = heir or parent
				if parent == heir and outcome == nil then
					others[#others + 1] = message
				end
			end
		elseif info.role == "idle" then
			-- What was sent in the middle of a turn shares its end.
			if isFound and outcome == nil then
				outcome = info.finish or "succeeded"
			end
		elseif info.role == "user" then
			if M.carriesNonce(message, nonce) or info.id == userMessageId then
				isFound = true
				isWhole = true
				userMessageId = info.id
				prompts[info.id] = true
			elseif current ~= nil and prompts[current] and isMadeByServer(message) then
				prompts[info.id] = true
			end
			current = info.id
		end
	end
	local last = steps[#steps]
	local isOwn = #others == 0 or last ~= nil and not M.isHandedOver(last)
	if isOwn then
		return {
			isFound = isFound,
			isWhole = isWhole,
			isFollowed = isFollowed,
			outcome = outcome,
			userMessageId = userMessageId,
			steps = steps,
		}
	end
	for _, message in ipairs(others) do
		steps[#steps + 1] = message
	end
	return {
		isFound = isFound,
		isWhole = isWhole,
		isFollowed = false,
		outcome = outcome,
		userMessageId = userMessageId,
		steps = steps,
	}
end

--- Messages before the one from which on all was taken back. Where that is not among them it is older than all.
--
-- @param hidden its id, where something was taken back
function M.visible(messages, hidden)
	if hidden == nil then
		return messages
	end
	local shown = {}
	for _, message in ipairs(messages) do
		if message.info.id == hidden then
			return shown
		end
		shown[#shown + 1] = message
	end
	return {}
end

--- The newest turn of a session.
--
-- @param messages its newest messages, oldest first
-- @param isWanted whether a turn is one to look for; an older one is taken where it is not
-- @param hidden the id of the first message that was taken back, where one was: from there on nothing counts
-- @returns nothing where there is none, or where its beginning is not among the messages
function M.newestTurn(messages, isWanted, hidden)
	local shown = M.visible(messages, hidden)
	do
		local index = #shown - 1
		while index >= 0 do
			local prompt = shown[index + 1]
			if prompt.info.role == "user" and not isMadeByServer(prompt) then
				local steps = M.turnIn({ nonce = prompt.info.id }, shown).steps
				if isWanted({ prompt = prompt, steps = steps }) then
					return { prompt = prompt, steps = steps }
				end
			end
			index = index - 1
		end
	end
	return nil
end

--- All turns of some messages, oldest first.
--
-- @param messages oldest first
-- @param hidden the id of the first message that was taken back, where one was: from there on nothing counts
function M.pastTurns(messages, hidden)
	local turns = {}
	local byPrompt = {}
	local steps
	for _, message in ipairs(M.visible(messages, hidden)) do
		local info = message.info
		if M.isAnswer(message) then
			local own = byPrompt[info.parentID or ""] or steps
			if own ~= nil then
				own[#own + 1] = message
			end
		elseif info.role == "user" then
			if steps == nil or not isMadeByServer(message) then
				steps = {}
				turns[#turns + 1] = { prompt = message, steps = steps }
			end
			byPrompt[info.id] = steps
		end
	end
	return turns
end

--- The nonce that a prompt carries, where it has one.
function M.nonceOf(prompt)
	for _, part in ipairs(prompt.parts) do
		if part.metadata and part.metadata.nonce ~= nil then
			return part.metadata.nonce
		end
	end
	return nil
end

return M
