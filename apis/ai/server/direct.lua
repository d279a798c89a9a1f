-- The opencode that a computer asks by itself: 1 or 2, as one request tells that only opencode 2 answers with JSON. Whoever
-- has learned which it is asks that no more.

local reader = require("/apis/trapos/shape").reader
local answers = require("/apis/ai/protocol").answers
local request = require("/apis/ai/server/request")
local jsonOf, sendRoute = request.jsonOf, request.sendRoute
local information = require("/apis/ai/server/route").information
local opencode1 = require("/apis/ai/server/opencode1")

--- By a name of its own, as the compiler puts imports first.
local load = require
local readInformation = reader(answers.health)

--- Asks which opencode a server is. A refusal of the password tells nothing, nor does a server that fails.
--
-- @returns nothing where it is not known
local function probe(server)
	local answer = sendRoute(server, information())
	local status = answer.status
	if status == 401 or status == 403 or status >= 500 then
		return nil
	end
	local info = readInformation(jsonOf(answer))
	local major = string.match(info and info.version or "", "^(%d+)%.")
	return (tonumber(major) or 0) >= 2 and 2 or 1
end

--- What speaks with the server.
local function faceFor(server)
	local learned = server.learned
	if learned.dialect == nil then
		learned.dialect = probe(server)
	end
	return learned.dialect == 2 and load("/apis/ai/server/opencode2") or opencode1
end

--- The face of whichever it is: each of its functions asks the one that is there.
local direct = {}
for name in pairs(opencode1) do
	direct[name] = function(server, ...)
		return faceFor(server)[name](server, ...)
	end
end
return direct
