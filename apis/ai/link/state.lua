-- What the computer's end of the link is at, and how it gives a connection up.

local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local placeOf = require("/apis/ai/settings").placeOf
local openChannel = require("/apis/ai/link/channel").openChannel
local STATE = require("/apis/ai/link/names").STATE
local nextPause = require("/apis/ai/link/pause").nextPause

local M = {}

--- Makes a link, which nothing holds yet.
--
-- @param store where the address and the token are; the computer's settings where nothing is said
function M.createLink(store)
	return {
		store = store or ownSettings(fs),
		boot = string.format("%d-%.0f-%d", os.getComputerID(), os.epoch("utc"), math.random(1, 999999)),
		state = { state = "unlinked" },
		channel = openChannel(),
		address = "http://",
		isPolling = false,
		count = 0,
		begunAt = 0,
		heardAt = 0,
		saidAt = 0,
		pause = 0,
		nextAt = 0,
		held = {},
		calls = {},
		pieces = {},
	}
end

--- Tells programs what the link is at.
local function tell(link)
	os.queueEvent(STATE, link.state)
end

function M.setState(link, state)
	link.state = state
	tell(link)
end

--- A setting's value; nothing where it is not set.
function M.setting(link, name)
	local value = link.store.get("opencc." .. name)
	return not (value == nil or value == "") and tostring(value) or nil
end

--- Gives the connection up.
function M.drop(link)
	local transport = link.transport
	link.transport = nil
	if transport ~= nil then
		transport.close()
	end
end

--- Gives the connection up, and tries again later where that may help.
function M.lose(link, code, what, isFinal)
	M.drop(link)
	link.pause = nextPause(link.pause, os.getComputerID())
	link.nextAt = os.clock() + link.pause
	local url = link.address
	local place = placeOf(url)
	local detail = { what = what, url = url, host = place.host, port = place.port }
	M.setState(link, { state = isFinal == true and "refused" or "away", code = code, detail = detail })
end

return M
