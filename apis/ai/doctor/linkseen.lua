-- Looks at the bridge that this computer is linked with, and at opencode behind it; loaded where it is linked with one.

local outcome = require("/apis/trapos/failure").outcome
local decode = require("/apis/trapos/json").decode
local reader = require("/apis/trapos/shape").reader
local fail = require("/apis/ai/failure").fail
local whyFailed = require("/apis/ai/link/problems").whyFailed
local placeOf = require("/apis/ai/settings").placeOf

local M = {}

--- By a name of its own, as the compiler puts imports first.
local load = require
local readHealth = reader({ bridge = "name" })

--- Failures of the link itself; any other one is of what stands behind the bridge.
local OF_THE_LINK = {
	not_linked = true,
	link_down = true,
	link_disabled = true,
	link_unknown = true,
	link_revoked = true,
	link_used_twice = true,
	link_computer_old = true,
	link_bridge_old = true,
	link_protocol = true,
	address_denied = true,
	network_error = true,
	timed_out = true,
}

--- What is at the bridge's address.
local function greet(server, url)
	local answer = server.send({
		url = url .. "/health",
		timeout = server.settings.request_timeout_seconds,
		raw = server.raw,
	})
	local reason = answer.reason or ""
	local place = placeOf(url)
	if answer.status == nil then
		local detail = { url = url, what = reason, host = place.host, port = place.port }
		return { problem = fail(whyFailed(reason), detail) }
	end
	local health = readHealth(decode(answer.body))
	if answer.status ~= 200 or health == nil then
		return { problem = fail("not_bridge", { url = url }) }
	end
	return { bridge = health.bridge }
end

--- Looks at all of the way to opencode behind a bridge.
--
-- @param server its settings say which bridge
-- @param readVersion takes a version apart
function M.lookAtLink(server, readVersion)
	local found = greet(server, server.settings.link_url)
	local bridge = found.bridge
	if bridge == nil then
		return { problem = found.problem }
	end

	-- Whoever waits to connect again does so for a call.
	local isWell, health = outcome(function()
		return server.face.health(server)
	end)
	local state = load("/apis/ai/link/conversation").linkState()
	if not isWell and OF_THE_LINK[health.code] then
		return { bridge = bridge, linkProblem = health }
	end
	return {
		bridge = bridge,
		name = state and state.name,
		owner = state and state.owner,
		profile = state and state.profile,
		isPolling = state and state.isPolling,
		version = isWell and readVersion(health.version) or nil,
		opencodeProblem = not isWell and health or nil,
	}
end

return M
