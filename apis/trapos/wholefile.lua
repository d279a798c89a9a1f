-- Writes files so that a power cut at any moment leaves what stood there or what was to stand there, and never a part.
--
-- CC puts no file in the place of another: `fs.move` fails where something is. So what is to be done is noted down; then
-- the new file is written beside the old one, the old one is moved aside, and the new one to its name. By the note
-- `mendWritten` puts right what a power cut left of that, at boot and before the next file is written. Both names beside
-- the file are such as nothing had before. Nothing here yields, so that one note is enough.

local json = require("/apis/trapos/json")
local decode, encode = json.decode, json.encode
local reader = require("/apis/trapos/shape").reader

local M = {}

--- Is there only while a file is written.
local NOTE = "/trapos/writing.json"
local readNote = reader({
	path = "text",
	draft = "text",
	["old?"] = "text",
	["isOldKept?"] = "boolean",
	["isElsewhere?"] = "boolean",
	["isTold?"] = "boolean",
})

--- A name that nothing has: "door.lua.old", "door.lua.old2".
local function freeName(disk, name)
	local free = name
	local number = 1
	while disk.exists(free) do
		number = number + 1
		free = name .. tostring(number)
	end
	return free
end

--- Writes a file where there is none. Raises why it cannot; a part of it may be there then.
function M.put(disk, path, text)
	local file, problem = disk.open(path, "w")
	if file == nil then
		error(problem, 0)
	end
	local isWritten, reason = pcall(function()
		return file.write(text)
	end)
	file.close()
	if not isWritten then
		error(reason, 0)
	end
end

--- Takes back a file that is not at its place yet; of one that is there it removes the old one, where that is not kept.
-- A power cut at any moment of it leaves what the next call goes on with.
--
-- @returns whether the new one is in place; nothing where that cannot be told
local function settle(disk, note)
	local old = note.old
	local isOldThere = old ~= nil and disk.exists(old)
	if isOldThere and not disk.exists(note.path) then
		disk.move(old, note.path)
		isOldThere = false
	end
	if disk.exists(note.draft) then
		disk.delete(note.draft)
		return false
	end
	if not disk.exists(note.path) then
		return false
	end
	if old == nil then
		return true
	end
	if isOldThere then
		if note.isOldKept ~= true then
			disk.delete(old)
		end
		return true
	end
	if note.isOldKept == true then
		return false
	end
	return nil
end

--- Puts right what a power cut left of a file, and says what came of it.
local function mend(disk, note)
	local path = note.path
	local isSettled, isWritten = pcall(function()
		if note.isElsewhere == true then
			error("it may be another disk", 0)
		end
		return settle(disk, note)
	end)
	if not isSettled then
		return "The power went while " .. path .. " was written. Is it gone? See " .. (note.old or note.draft)
	end
	if isWritten == nil then
		return nil
	end
	if not isWritten then
		return "The power went before " .. path .. " was written."
	end
	local kept = note.isOldKept == true and note.old ~= nil and " The old one: " .. note.old or ""
	return "The power went, but " .. path .. " is written." .. kept
end

--- Puts right what a power cut has left of a file that was being written; nothing where it has left nothing.
function M.mendWritten(disk)
	local file = disk.open(NOTE, "r")
	if file == nil then
		return nil
	end
	local note = readNote(decode(file.readAll() or ""))
	file.close()
	local mended

	-- A note that is cut short: nothing was begun.
	if note ~= nil then
		local line = mend(disk, note)
		mended = { path = note.path, line = note.isTold == true and line or nil }
	end
	disk.delete(NOTE)
	return mended
end

--- Writes a file whole, or leaves all as it is and raises why, as a text.
--
-- @param path absolute, and no folder
-- @param write writes the file under the name that it is given; raises where it cannot
-- @returns the name of the old one, where there was one and it is kept
function M.writeBy(disk, path, write, writing)
	if writing == nil then
		writing = {}
	end
	M.mendWritten(disk)
	local note = {
		path = path,
		draft = freeName(disk, path .. ".new"),
		old = disk.exists(path) and freeName(disk, path .. ".old") or nil,
		isOldKept = writing.isOldKept,
		isElsewhere = writing.isElsewhere,
		isTold = writing.isTold,
	}
	local isWritten, problem = pcall(function()
		M.put(disk, NOTE, encode(note))
		write(note.draft)
		if note.old ~= nil then
			disk.move(path, note.old)
		end
		disk.move(note.draft, path)
	end)

	-- Where even that fails the note stays, for the next time.
	pcall(function()
		settle(disk, note)
		disk.delete(NOTE)
	end)
	if not isWritten then
		-- CC puts the place of whoever called before some reasons.
		local reason = string.gsub(tostring(problem), "^[%w_/.-]+%.lua:%d+: ", "")
		error(reason, 0)
	end
	return note.isOldKept == true and note.old or nil
end

--- Writes a text into a file whole, or leaves all as it is and raises why, as a text.
--
-- @param path absolute, and no folder
-- @returns the name of the old one, where there was one and it is kept
function M.writeText(disk, path, text, writing)
	return M.writeBy(disk, path, function(draft)
		return M.put(disk, draft, text)
	end, writing)
end

return M
