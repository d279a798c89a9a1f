-- When to offer the setup: before anybody has said where the server is.

local isSet = require("/apis/ai/settings").isSet

local M = {}

--- Failures of somebody who has set nothing up.
local OF_BEGINNERS = {
	cannot_connect = true,
	address_denied = true,
	timed_out = true,
	network_error = true,
	not_opencode = true,
	unauthorized = true,
}

--- Whether nobody has said where the server is, or the bridge.
function M.isUnset(store)
	return not isSet(store, "server_url") and not isSet(store, "link_url")
end

--- Whether a failure is one that the setup mends, as nobody has said where the server is.
function M.isForSetup(store, code)
	return OF_BEGINNERS[code] == true and M.isUnset(store)
end

return M
