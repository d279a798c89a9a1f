-- Errors that say that a name is not there: a function that the model made up, and not a mistake in how it is used.

local nearest = require("/apis/trapos/nearest").nearest

local M = {}

--- How Lua 5.1 and 5.2, and how 5.3 and later say it.
local WORDS =
	{ "attempt to %w+ (%w+) '([^']+)' %(a nil value%)", "attempt to %w+ a nil value %((%w+) '([^']+)'%)" }

--- The name that an error is about, if it is about one that is not there. A local that is nil is the program's own mistake.
function M.unknownName(problem)
	for _, words in ipairs(WORDS) do
		local kind, name = string.match(problem, words)
		if kind == "global" or kind == "field" or kind == "method" then
			return { kind = kind, name = name }
		end
	end
	return nil
end

--- The names of what programs of this computer call, which are most like one: each with a blank before it.
function M.namesLike(wanted, globals)
	local names = {}
	for api, value in pairs(globals) do
		if type(value) == "function" then
			table.insert(names, api)
		end
		if type(value) == "table" and api ~= "_G" and api ~= "package" then
			for name in pairs(value) do
				table.insert(names, api .. "." .. tostring(name))
			end
		end
	end
	return nearest(wanted, names)
end

return M
