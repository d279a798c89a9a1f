-- `assert` as busted has it: `assert.are.equal(1, x)`, `assert.is_not_nil(x)`, and Lua's own `assert(x)`.

local valuesModule = require("/apis/test/values")
local same, show = valuesModule.same, valuesModule.show

local M = {}

--- Words that only make a sentence of it.
local FILLERS = {}
for word in string.gmatch("is are was were has have does a an be", "%a+") do
	FILLERS[word] = true
end

--- Other forms of an assertion's name.
local SYNONYMS = { equals = "equal", errors = "error", match = "matches" }

--- Calls a function that may raise. Ctrl+T ends the spec and is no outcome.
local function outcome(body)
	local ok, problem = pcall(body)
	if not ok and problem == "Terminated" then
		error(problem, 0)
	end
	return ok, problem
end

--- A message without the place that Lua puts before it.
local function withoutPlace(problem)
	return type(problem) == "string" and (string.gsub(problem, "^[^\n]-:%d+: ", "", 1)) or problem
end

local function raises(body, expected)
	local ok, problem = outcome(body)
	if ok then
		return false, expected == nil and "an error" or "error " .. show(expected), "no error"
	end
	local holds = expected == nil or same(expected, problem) or same(expected, withoutPlace(problem))
	return holds, expected == nil and "an error" or "error " .. show(expected), "error " .. show(problem)
end

local function matches(pattern, text)
	local holds = type(text) == "string" and (string.find(text, pattern)) ~= nil
	return holds, "a match of " .. show(pattern), show(text)
end

local function raisesMatch(body, pattern)
	local ok, problem = outcome(body)
	if ok then
		return false, "an error like " .. show(pattern), "no error"
	end
	local holds = matches(pattern, problem)
	return holds, "an error like " .. show(pattern), "error " .. show(problem)
end

local ASSERTIONS = {
	equal = {
		arguments = 2,
		find = function(expected, actual)
			return expected == actual, show(expected), show(actual)
		end,
	},
	same = {
		arguments = 2,
		find = function(expected, actual)
			return same(expected, actual), show(expected), show(actual)
		end,
	},
	["true"] = {
		arguments = 1,
		find = function(actual)
			return actual == true, "true", show(actual)
		end,
	},
	["false"] = {
		arguments = 1,
		find = function(actual)
			return actual == false, "false", show(actual)
		end,
	},
	truthy = {
		arguments = 1,
		find = function(actual)
			return actual ~= nil and actual ~= false, "a true value", show(actual)
		end,
	},
	falsy = {
		arguments = 1,
		find = function(actual)
			return actual == nil or actual == false, "nil or false", show(actual)
		end,
	},
	error = { arguments = 2, find = raises },
	matches = { arguments = 2, find = matches },
	error_matches = { arguments = 2, find = raisesMatch },
}
for name in string.gmatch("nil boolean number string table function thread", "%a+") do
	ASSERTIONS[name] = {
		arguments = 1,
		find = function(actual)
			return type(actual) == name, name == "nil" and "nil" or "a " .. tostring(name), show(actual)
		end,
	}
end

--- Reads a name such as `is_not_nil`: the assertion's own name and whether it is turned round.
local function read(words)
	local rest = {}
	local negated = false
	for word in string.gmatch(string.lower(words), "%a+") do
		if word == "not" or word == "no" then
			negated = not negated
		elseif FILLERS[word] == nil then
			rest[#rest + 1] = SYNONYMS[word] or word
		end
	end
	return table.concat(rest, "_"), negated
end

local function check(words, ...)
	local values = { ... }
	local name, negated = read(words)
	local assertion = ASSERTIONS[name]
	if assertion == nil then
		local names = {}
		for known in pairs(ASSERTIONS) do
			names[#names + 1] = known
		end
		table.sort(names)
		error('assert has no "' .. words .. '". It has: ' .. table.concat(names, ", "), 3)
	end
	local holds, expected, got = assertion.find(values[1], values[2])
	if holds ~= negated then
		return
	end
	local message = values[assertion.arguments + 1]
	local failure = {
		assertion = words,
		expected = negated and "not " .. expected or expected,
		got = got,
		message = message ~= nil and tostring(message) or nil,
	}
	error(
		setmetatable(failure, {
			__tostring = function()
				return "expected " .. failure.expected .. ", got " .. failure.got
			end,
		}),
		0
	)
end

--- A name that is not complete yet, such as `assert.are`: the next word makes it longer, a call checks.
local function sentence(words)
	return setmetatable({}, {
		__index = function(_, word)
			return sentence(words .. "_" .. tostring(word))
		end,
		__call = function(_Module, ...)
			return check(words, ...)
		end,
	})
end

local luaAssert = assert

--- What specs know as `assert`.
M.assertions = setmetatable({}, {
	__index = function(_, word)
		return sentence(tostring(word))
	end,
	__call = function(_Module, ...)
		return luaAssert(...)
	end,
})

--- Whether what was raised is a failed assertion.
function M.isAssertionFailure(problem)
	return type(problem) == "table" and problem.assertion ~= nil
end

return M
