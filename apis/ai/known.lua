-- What was last seen of the server, for Tab, for the numbers of a list that stands on the screen, and for the models that
-- were chosen last. One file; where it is lost nothing but that is.

local copy = require("/apis/ai/copy").copy
local json = require("/apis/trapos/json")
local decode, encode = json.decode, json.encode
local reader = require("/apis/trapos/shape").reader
local writeText = require("/apis/trapos/wholefile").writeText

local M = {}
local FILE = "/trapos/ai/known.json"
local names = { "some", "text" }
local readKnown = reader({
	["models?"] = names,
	["agents?"] = names,
	["variants?"] = names,
	["commands?"] = names,
	["shown?"] = names,
	["recent?"] = names,
	["files?"] = names,
	["server?"] = { url = "text", dialect = "count" },
	["session?"] = { id = "id", dialect = "count" },
})

--- Reads what is known.
function M.recall(disk)
	local file = disk.open(FILE, "r")
	if file == nil then
		return {}
	end
	local text = file.readAll() or ""
	file.close()
	return readKnown(decode(text)) or {}
end

--- Keeps what was seen, beside what else is known. Where the disk is full nothing changes.
function M.keep(disk, seen)
	local before = M.recall(disk)
	local text = encode(copy(seen, copy(before, {})))
	if text ~= encode(before) then
		pcall(writeText, disk, FILE, text)
	end
end

return M
