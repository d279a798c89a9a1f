--- The command line of `ai`.
local M = {}
M.commands = {
	{"ask", "ask <prompt>", "Ask (ask may be left out)", 1000000000},
	{"new", "new [prompt]", "Start a session and ask in it", 1000000000},
	{"ping", "ping", "Test the whole way to the model", 0},
	{"sessions", "sessions", "List sessions; * is the current", 0},
	{"use", "use <number|id>", "Go on in another session", 1},
	{"abort", "abort", "Stop what the session is doing", 0},
	{"resume", "resume", "Show the missed or last answer", 0},
	{"help", "help [command]", "Show this", 1}
}
M.flags = {
	{"verbose", "", "Show each poll (-v)"},
	{"session", "number|id", "Ask in this session"},
	{"model", "id", "Ask this provider/model"},
	{"agent", "name", "Ask this agent"},
	{"timeout", "seconds", "Wait so long for progress"}
}

local function named(rows, name, dashes)
	for _, row in ipairs(rows) do
		if dashes .. row[1] == name then return row end
	end
	return nil
end

function M.parse(given)
	local line = {command = "", words = {}, flags = {}}
	local inPrompt = false
	local wanted
	for _, word in ipairs(given) do
		local dashed, value = word:match("^(%-%-%w+)=(.+)$")
		local flag = named(M.flags, word == "-v" and "--verbose" or dashed or word, "--")
		if wanted then
			line.flags[wanted] = word
			wanted = nil
		elseif inPrompt then
			line.words[#line.words + 1] = word
		elseif word == "-h" or word == "--help" then
			line.command = "help"
		elseif word == "--version" then
			line.command = "version"
		elseif flag and (flag[2] ~= "" or not value) then
			local said = flag[2] == "" and "true" or value
			if not said then wanted = flag[1] else line.flags[flag[1]] = said end
		elseif word:sub(1, 2) == "--" then
			line.problem = "There is no flag " .. word
			return line
		elseif line.command == "" and named(M.commands, word, "") then
			line.command = word
		else
			line.words[#line.words + 1] = word
			inPrompt = line.command == "" or line.command == "ask" or line.command == "new"
		end
	end
	if wanted then line.problem = "--" .. wanted .. " needs a value" end
	local command = named(M.commands, line.command, "")
	if command and #line.words > command[4] then
		table.insert(line.words, 1, line.command)
		line.command = "ask"
	end
	if line.command == "" then line.command = #line.words == 0 and "help" or "ask" end
	return line
end

return M
