--- The command line of `ccpm`.
local M = {}
M.commands = {
	{"install", "<package>...", "Install packages", "yes dry-run force"},
	{"uninstall", "[package]...", "Remove packages", "yes dry-run cascade unused"},
	{"upgrade", "[package]...", "Take newer versions", "yes dry-run force"},
	{"update", "", "Look for new versions", ""},
	{"list", "", "What is installed", ""},
	{"search", "[word]...", "What can be installed", ""},
	{"info", "<package>", "All about a package", ""},
	{"files", "<package>", "Files of a package", ""},
	{"verify", "[package]...", "Check installed files", "fix yes dry-run"},
	{"recover", "", "Mend after power cuts", ""},
	{"registry list", "", "Registries, in order", ""},
	{"registry add", "<registry> [n]", "Add one, as number n", "force"},
	{"registry remove", "<registry>", "Forget one", ""},
	{"registry move", "<registry> <n>", "Make it number n", ""},
	{"help", "[command]...", "Show this, or more", ""}
}
M.flags = {
	{"yes", "Do not ask (-y)"},
	{"dry-run", "Only show what would be done"},
	{"force", "Do it anyway; replaced files are kept"},
	{"cascade", "Remove what needs them, too"},
	{"unused", "Remove what nothing needs any more"},
	{"fix", "Repair what is found"}
}

local function distance(one, other)
	local row = {}
	for j = 0, #other do row[j] = j end
	for i = 1, #one do
		local diagonal = row[0]
		row[0] = i
		for j = 1, #other do
			local changed = one:byte(i) == other:byte(j) and diagonal or diagonal + 1
			diagonal = row[j]
			row[j] = math.min(changed, diagonal + 1, row[j - 1] + 1)
		end
	end
	return row[#other]
end

function M.nearest(word, choices)
	local best
	local least = math.min(#word, 40) / 2 + 0.1
	for _, choice in ipairs(choices) do
		local isPart = choice:find(word, 1, true) ~= nil
		local wrong = isPart and 1 or distance(word:sub(1, 64), choice)
		if wrong < least then
			best = choice
			least = wrong
		end
	end
	return best
end

local function named(name, rows)
	for _, row in ipairs(rows) do
		if row[1] == name then return row end
	end
	return nil
end

function M.names(rows)
	local found = {}
	for _, row in ipairs(rows) do found[#found + 1] = row[1] end
	return found
end

local function count(text, pattern) return select(2, text:gsub(pattern, "")) end

function M.parse(given)
	local words = {}
	local set = {}
	local helps = false
	local function understood(command) return {command = command, words = words, flags = set} end
	local function refuse(problem, hint)
		return {command = "help", words = words, flags = set, problem = problem, hint = hint}
	end
	local function suggest(word, rows, prefix)
		local meant = M.nearest(word, M.names(rows))
		return meant and "Did you mean: " .. prefix .. meant .. "?" or "See: ccpm help"
	end
	for _, word in ipairs(given) do
		local flag = word == "-y" and "yes" or word:match("^%-%-?(.+)")
		if not flag then
			words[#words + 1] = word
		elseif flag == "version" then
			return understood(flag)
		elseif flag == "h" or flag == "help" then
			helps = true
		elseif named(flag, M.flags) then
			set[flag] = true
		else
			return refuse("There is no flag " .. word .. ".", suggest(flag, M.flags, "--"))
		end
	end
	local name = table.remove(words, 1) or "help"
	if name == "registry" then name = "registry " .. (table.remove(words, 1) or "list") end
	if helps and name ~= "help" then return {command = "help", words = {name}, flags = {}} end
	local command = named(name, M.commands)
	if not command then
		return refuse("There is no command " .. name .. ".", suggest(name, M.commands, "ccpm "))
	end
	for flag in pairs(set) do
		if not string.find(" " .. command[4] .. " ", " " .. flag .. " ", 1, true) then
			return refuse("ccpm " .. name .. " takes no --" .. flag .. ".", "See: ccpm help " .. name)
		end
	end
	local operands = command[2]
	local most = count(operands, "%.%.%.") > 0 and 1000000000 or count(operands, "%S+")
	local isBare = name == "uninstall" and #words == 0 and set.unused == nil
	if isBare or #words < count(operands, "<") or #words > most then
		local usage = "Type: ccpm " .. name .. " " .. (isBare and "<package>..." or operands)
		return refuse(most == 0 and "ccpm " .. name .. " takes no words." or usage, "See: ccpm help " .. name)
	end
	return understood(name)
end

return M
