-- The address of a server as somebody types it.

local M = {}

--- opencode's own port, where none is named.
local USUAL_PORT = 4096

--- Reads an address: "host", "host:port", or a whole URL.
--
-- @param typed what was typed
-- @param port where a host alone is named; opencode's where nothing is said
-- @returns the URL, or nothing and what is wrong with it
function M.readTypedAddress(typed, port)
	if port == nil then
		port = USUAL_PORT
	end
	local text = string.match(typed, "^%s*(.-)%s*$")
	if (string.find(text, "%s")) ~= nil then
		return nil, "An address has no blanks."
	end
	local scheme, rest = string.match(text, "^(%w+)://(.*)$")
	if scheme == nil then
		scheme, rest = "http", text
	end
	scheme = string.lower(scheme)
	if scheme ~= "http" and scheme ~= "https" then
		return nil, "It begins with http:// or https://."
	end
	local place, path = string.match(rest, "^([^/]*)(.*)$")
	if (string.find(place, "@", 1, true)) ~= nil then
		return nil, "Leave user and password out: they are asked for."
	end
	if (string.find(rest, "[?#]")) ~= nil then
		return nil, "It has no ? and no #."
	end
	local isWhole = string.find(place, "^%[[%x:.]+%]:?%d*$")
	local host, named = string.match(place, "^([^:]*):?(%d*)$")
	if isWhole == nil and (host == nil or host == "") then
		return nil, "Type it as host:port, like 127.0.0.1:4096."
	end
	if named ~= nil and named ~= "" and not (tonumber(named) >= 1 and tonumber(named) <= 65535) then
		return nil, "A port is a number from 1 to 65535."
	end

	-- Behind a path, or with https, something else than opencode itself answers first.
	local isBare = named == "" and isWhole == nil and scheme == "http" and (string.find(path, "^/*$")) ~= nil
	local isHostAlone = isBare and (string.find(text, "://", 1, true)) == nil
	local whole = isHostAlone and tostring(place) .. ":" .. tostring(port) or place
	local trimmed = string.gsub(path, "/+$", "")
	return scheme .. "://" .. whole .. trimmed, nil
end

return M
