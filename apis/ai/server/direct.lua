-- The opencode that a computer asks by itself: 1 or 2, as one request tells that only opencode 2 answers with JSON. Whoever
-- has learned which it is asks that no more. What speaks with opencode 2 is a package of its own.

local reader = require("/apis/trapos/shape").reader
local fail = require("/apis/ai/failure").fail
local answers = require("/apis/ai/protocol").answers
local introduction = require("/apis/ai/server/request").introduction
local information = require("/apis/ai/server/route").information
local opencode1 = require("/apis/ai/server/opencode1")

--- By a name of its own, as the compiler puts imports first.
local load = require
local readInformation = reader(answers.health)

--- Asks which opencode a server is. A refusal of the password tells nothing of that, and is raised.
local function probe(server)
	local info = readInformation(introduction(server, information()))
	local major = string.match(info and info.version or "", "^(%d+)%.")
	return (tonumber(major) or 0) >= 2 and 2 or 1
end

--- What speaks with the server.
local function faceFor(server)
	local learned = server.learned
	if learned.dialect == nil then
		local dialect = probe(server)
		learned.dialect = dialect
		if learned.note then
			learned.note(dialect)
		end
	end
	if learned.dialect ~= 2 then
		return opencode1
	end
	if not fs.exists("/apis/ai/server/opencode2.lua") then
		error(fail("opencode_2"), 0)
	end
	return load("/apis/ai/server/opencode2")
end

--- The face of whichever it is: each of its functions asks the one that is there.
local direct = {}
for name in pairs(opencode1) do
	direct[name] = function(server, ...)
		return faceFor(server)[name](server, ...)
	end
end
return direct
