--- The client of an opencode server for programs.
local client = require("/apis/ai/client")
local fail = require("/apis/ai/failure").fail
local readSettings = require("/apis/ai/settings").readSettings
local sendOverHttp = require("/apis/http").send

--- Makes a client. Settings are read anew by each call.
-- @param environment stand-ins for what the computer provides, for tests
-- @return its functions
local function createAi(environment)
	local given = environment or {}
	local store = given.settings or settings
	local ai = {}
	for name, act in pairs(client.functions) do
		ai[name] = function(first, second)
			local ok, value = pcall(function()
				local server = {
					settings = client.need(readSettings, store),
					store = store,
					disk = given.fs or fs,
					send = given.send or sendOverHttp,
					now = given.now or function() return os.epoch("utc") end,
					sleep = given.sleep or sleep
				}
				return act(server, first, second)
			end)
			if ok or type(value) == "table" and value.code then return ok, value end
			if value == "Terminated" then error(value, 0) end
			return false, fail("internal_error", {what = value})
		end
	end
	return ai
end

return createAi
