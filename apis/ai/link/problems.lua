-- Why the bridge ends a connection, and what that is for the computer. Pure.

local M = {}

--- What the bridge says when it closes, and what is made of it.
local problems = {
	unknown_token = { code = "link_unknown", isFinal = true },
	revoked = { code = "link_revoked", isFinal = true },
	token_used_twice = { code = "link_used_twice", isFinal = true },
	computer_too_old = { code = "link_computer_old", isFinal = true },
	bridge_too_old = { code = "link_bridge_old", isFinal = false },
	protocol = { code = "link_protocol", isFinal = false },
}

--- What the bridge's reason comes to; any other one passes, as a restart does.
function M.whyClosed(reason)
	return problems[reason] or { code = "link_down", isFinal = false }
end

--- What CC says where it opens no connection; where websockets are off it says that with a place in its code before it.
local failures = {
	{ "Domain not permitted", "address_denied" },
	{ "Websocket connections are disabled", "link_disabled" },
	{ "http is disabled", "http_disabled" },
}

--- The code for a connection that was not opened, by CC's reason.
function M.whyFailed(reason)
	for _, value in ipairs(failures) do
		local words = value[1]
		local code = value[2]
		if (string.find(reason, words, nil, true) or 0) - 1 >= 0 then
			return code
		end
	end
	return "link_down"
end

--- What CC says first where something answers that opens no websocket, as a proxy that knows none.
local REFUSED_HANDSHAKE = "Invalid handshake"

--- Whether a connection that was not opened as a websocket may do as requests that poll, by CC's reason.
function M.mayPoll(reason)
	return M.whyFailed(reason) == "link_disabled"
		or (string.find(reason, REFUSED_HANDSHAKE, nil, true) or 0) - 1 >= 0
end

return M
