--- The package manager for programs.
local functions = require("/apis/ccpm/client").functions
local failure = require("/apis/ccpm/failure")
local fail = failure.fail
local raise = failure.raise
local finish = require("/apis/ccpm/finish")
local stamp = require("/apis/ccpm/plan").stamp
local readState = require("/apis/ccpm/state").readState
local failure = require("/apis/failure")
local attempt = failure.attempt
local need = failure.need
local send = require("/apis/http").send
local TIMEOUT = 30

local function prepare(client)
	local disk = client.disk
	local notes = client.notes
	local done, line = finish.recover(disk)
	if not done and disk.exists(finish.JOURNAL) then raise("not_finished", {what = line}) end
	if line then notes[#notes + 1] = line end
	local state = need(readState, disk, notes)
	state.stamp = stamp(disk)
	for _, note in ipairs(notes) do client.onNote(note) end
	return state
end

--- Makes a package manager. It keeps nothing in memory: the state is read anew by each call.
-- @param environment stand-ins for what the computer provides, and who is told of progress and notes
-- @return its functions
local function createCcpm(environment)
	local given = environment or {}
	local ccpm = {}
	for name, act in pairs(functions) do
		ccpm[name] = function(first, second)
			local client = {
				disk = given.fs or fs,
				fetch = given.fetch or function(url) return send({url = url, timeout = TIMEOUT}) end,
				now = given.now or function() return os.epoch("utc") end,
				onProgress = given.onProgress or function() end,
				onNote = given.onNote or function() end,
				registry = given.registry,
				notes = {}
			}
			return attempt(function() return act(client, prepare(client), first, second) end, fail)
		end
	end
	return ccpm
end

return createCcpm
