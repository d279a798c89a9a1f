--- The client of an opencode server for programs.
local functions = require("/apis/ai/client").functions
local failure = require("/apis/ai/failure")
local fail = failure.fail
local ownSettings = require("/apis/ai/session").ownSettings
local readSettings = require("/apis/ai/settings").readSettings
local signatures = require("/apis/ai/signatures")
local failure = require("/apis/failure")
local attempt = failure.attempt
local need = failure.need
local sendOverHttp = require("/apis/http").send

local function guarded(called, argument)
	if type(argument) ~= "table" then return argument end
	local copy = {}
	for name, value in pairs(argument) do
		copy[name] = value
		if type(value) == "function" then
			copy[name] = function(told)
				local ok, problem = pcall(value, told)
				if ok then return end
				if problem == "Terminated" then error(problem, 0) end
				error(
					fail("bad_argument", {
						what = called .. ": options." .. name .. " failed: " .. tostring(problem)
					}),
					0
				)
			end
		end
	end
	return copy
end

--- Makes a client. Settings are read anew by each call.
-- @param environment stand-ins for what the computer provides, for tests; what is wrong with them each function says
-- @return its functions
local function createAi(environment)
	local problem = signatures.problemWithEnvironment(environment)
	local given = problem and {} or environment or {}
	local disk = given.fs or fs
	local store = given.settings or ownSettings(disk)
	local known = {}
	local ai = {}
	for name, act in pairs(functions) do
		ai[name] = function(first, second)
			return attempt(
				function()
					local what = problem or signatures.problemWith(ai, name, {first, second})
					if what then error(fail("bad_argument", {what = what}), 0) end
					local client = {
						settings = need(readSettings, store),
						store = store,
						disk = disk,
						send = given.send or sendOverHttp,
						now = given.now or function() return os.epoch("utc") end,
						sleep = given.sleep or sleep,
						known = known
					}
					return act(client, guarded(name, first), guarded(name, second))
				end,
				fail
			)
		end
	end
	return ai
end

return createAi
