-- The command line of `ccpm`: which command, with which words and flags. What they are for says help/ccpm.txt.

local M = {}
local MANY = math.huge

--- What each command takes: how many words at least and at most, which flags, and what the words name.
M.commands = {
	install = { 1, MANY, "yes dry-run force", "available" },
	uninstall = { 1, MANY, "yes dry-run cascade unused", "installed" },
	upgrade = { 0, MANY, "yes dry-run force", "installed" },
	update = { 0, 0, "" },
	list = { 0, 0, "" },
	search = { 0, MANY, "" },
	info = { 1, 1, "", "available" },
	files = { 1, 1, "", "installed" },
	verify = { 0, MANY, "fix yes dry-run", "installed" },
	recover = { 0, 0, "" },
	["registry list"] = { 0, 0, "" },
	["registry add"] = { 1, 2, "force" },
	["registry remove"] = { 1, 1, "", "registry" },
	["registry move"] = { 2, 2, "", "registry" },
	help = { 0, MANY, "", "command" },
}

--- Tells whether a command takes a flag.
--
-- @param command one of `commands`, or a word that is none
-- @param flag its name without dashes
function M.takes(command, flag)
	local known = M.commands[command]
	return known ~= nil and (string.find(" " .. known[3] .. " ", " " .. flag .. " ", 1, true)) ~= nil
end

--- Reads the words of a command line; flags may stand anywhere.
--
-- @param given the words as the shell split them
-- @returns what they say; with `problem` set when they cannot be understood
function M.parse(given)
	local words = {}
	local flags = {}
	local typed = {}
	for _, word in ipairs(given) do
		local flag = word == "-y" and "yes" or (string.match(word, "^%-%-?(.+)"))
		if flag ~= nil then
			flags[flag] = true
			typed[flag] = word
		else
			words[#words + 1] = word
		end
	end
	if flags.version then
		return { command = "version", words = words, flags = flags }
	end
	local name = table.remove(words, 1) or "help"
	if name == "registry" then
		name = "registry " .. (table.remove(words, 1) or "list")
	end
	local function about(problem)
		return { command = "help", words = { name }, flags = flags, problem = problem }
	end
	local known = M.commands[name]
	if known == nil then
		return about("There is no command " .. name .. ".")
	end
	if flags.help or flags.h then
		return name == "help" and { command = name, words = words, flags = flags } or about()
	end
	for flag in pairs(flags) do
		if not M.takes(name, flag) then
			return about("ccpm " .. name .. " takes no " .. tostring(typed[flag]) .. ".")
		end
	end
	if #words < known[1] and not flags.unused then
		return about("Something is missing:")
	end
	if #words > known[2] then
		return about("That is too much:")
	end
	return { command = name, words = words, flags = flags }
end

return M
