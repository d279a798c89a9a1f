--- The client of an opencode server for programs.
local functions = require("/apis/ai/client").functions
local failure = require("/apis/ai/failure")
local fail = failure.fail
local readSettings = require("/apis/ai/settings").readSettings
local failure = require("/apis/failure")
local attempt = failure.attempt
local need = failure.need
local sendOverHttp = require("/apis/http").send

--- Makes a client. Settings are read anew by each call.
-- @param environment stand-ins for what the computer provides, for tests
-- @return its functions
local function createAi(environment)
	local given = environment or {}
	local store = given.settings or settings
	local ai = {}
	for name, act in pairs(functions) do
		ai[name] = function(first, second)
			return attempt(
				function()
					local server = {
						settings = need(readSettings, store),
						store = store,
						disk = given.fs or fs,
						send = given.send or sendOverHttp,
						now = given.now or function() return os.epoch("utc") end,
						sleep = given.sleep or sleep
					}
					return act(server, first, second)
				end,
				fail
			)
		end
	end
	return ai
end

return createAi
