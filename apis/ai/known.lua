-- What was last seen of the server, for Tab, for the numbers of a list that stands on the screen, and for the models that
-- were chosen last. One file; where it is lost nothing but that is.

local copy = require("/apis/ai/copy").copy
local json = require("/apis/trapos/json")
local decode, encode = json.decode, json.encode
local reader = require("/apis/trapos/shape").reader

local M = {}
local FILE = "/trapos/ai/known.json"
local DRAFT = FILE .. ".new"
local names = { "some", "text" }
local readKnown = reader({
	["models?"] = names,
	["agents?"] = names,
	["variants?"] = names,
	["commands?"] = names,
	["shown?"] = names,
	["recent?"] = names,
	["files?"] = names,
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
	if text == encode(before) then
		return
	end
	local isWritten = pcall(function()
		local file, problem = disk.open(DRAFT, "w")
		if file == nil then
			error(problem, 0)
		end
		file.write(text)
		file.close()
	end)
	if isWritten then
		disk.delete(FILE)
	end
	if isWritten then
		disk.move(DRAFT, FILE)
	else
		pcall(function()
			return disk.delete(DRAFT)
		end)
	end
end

return M
