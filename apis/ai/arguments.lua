-- The command line of `ai`: which command, with which flags, and the prompt. Pure, so that it is tested as a table.

local M = {}

--- What each command is for, in the order in which help lists them: usage, purpose, and how many words it takes.
M.commands = {
	{ "ask", "<prompt>", "Ask; also: ai ask <prompt>", 1000000000 },
	{ "new", "new [prompt]", "Start a session and ask in it", 1000000000 },
	{ "ping", "ping", "Test the whole way to the model", 0 },
	{ "sessions", "sessions", "List sessions; * is the current", 0 },
	{ "use", "use <number|id>", "Go on in another session", 1 },
	{ "abort", "abort", "Stop what the session is doing", 0 },
	{ "resume", "resume", "Show the missed or last answer", 0 },
	{ "last", "last", "Show the last answer again", 0 },
	{ "help", "help [command]", "Show this", 1 },
}

--- What each flag is for: its name without dashes, the name of its value, and its purpose.
M.flags = {
	{ "verbose", "", "Show each poll (-v)" },
	{ "session", "number|id", "Ask in this session" },
	{ "model", "id", "Ask this provider/model" },
	{ "agent", "name", "Ask this agent" },
	{ "timeout", "seconds", "Wait so long for progress" },
	{ "version", "", "Show the version" },
	{ "help", "", "Show this (-h)" },
}

--- The row that begins with a name, itself written with dashes or without.
local function named(rows, name, dashes)
	for _, row in ipairs(rows) do
		if dashes .. row[1] == name then
			return row
		end
	end
	return nil
end

--- Reads the words of a command line. Flags stand before a prompt, so that a prompt may hold words with dashes; where
-- there is no prompt they may stand anywhere. More words than a command takes make it a prompt.
--
-- @param given the words as the shell split them
-- @returns what they say; with `problem` set when they cannot be understood
function M.parse(given)
	local line = { command = "", words = {}, flags = {} }
	local inPrompt = false
	local wanted
	for _, word in ipairs(given) do
		local dashed, value = string.match(word, "^(%-%-%w+)=(.+)$")
		local flag = named(M.flags, word == "-v" and "--verbose" or (dashed or word), "--")
		if wanted ~= nil then
			line.flags[wanted] = word
			wanted = nil
		elseif inPrompt then
			table.insert(line.words, word)
		elseif word == "-h" or word == "--help" then
			line.command = "help"
		elseif word == "--version" then
			line.command = "version"
		elseif flag ~= nil and (flag[2] ~= "" or value == nil) then
			local said = flag[2] == "" and "true" or value
			if said == nil then
				wanted = flag[1]
			else
				line.flags[flag[1]] = said
			end
		elseif (string.find(word, "^%-%-")) ~= nil or (string.find(word, "^%-%a$")) ~= nil then
			line.problem = "There is no flag " .. word
			return line
		elseif line.command == "" and named(M.commands, word, "") ~= nil then
			line.command = word
		else
			table.insert(line.words, word)
			inPrompt = line.command == "" or line.command == "ask" or line.command == "new"
		end
	end
	if wanted ~= nil then
		line.problem = "--" .. wanted .. " needs a value"
	end
	local command = named(M.commands, line.command, "")
	if command ~= nil and #line.words > command[4] then
		-- "ai use the stairs" is a prompt.
		table.insert(line.words, 1, line.command)
		line.command = "ask"
	end

	-- Flags alone are a prompt that is missing.
	if line.command == "" then
		line.command = #line.words == 0 and (next(line.flags)) == nil and "help" or "ask"
	end
	return line
end

return M
