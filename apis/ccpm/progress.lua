-- What `ccpm` shows while it works, and how it writes numbers of bytes.

local showShare = require("/apis/trapos/progress").showShare
local listingModule = require("/apis/trapos/listing")
local add, show, start = listingModule.add, listingModule.show, listingModule.start
local clearRow = require("/apis/trapos/screen").clearRow

local M = {}

--- Bytes as a person reads them: "812 bytes", "45.2 kB".
function M.bytes(count)
	return count < 1000 and tostring(count) .. " bytes" or string.format("%.1f kB", count / 1000)
end

local PHASES = { index = "Asking ", fetch = "Fetching ", apply = "Writing " }

--- Below so many columns the phase has no room.
local NARROW = 40

--- Shows in the moving line how far an application is.
function M.showProgress(progress)
	local width = term.getSize()
	local all = progress.totalBytes
	local text = (width < NARROW and "" or PHASES[progress.phase])
		.. tostring(progress.done)
		.. "/"
		.. tostring(progress.total)
		.. " "
	if all > 0 then
		text = text .. string.format("%d/%d kB ", math.ceil(progress.bytes / 1000), math.ceil(all / 1000))
	end

	-- Of a long path the end tells more.
	showShare(text .. string.sub(progress.name, #text - width), progress.bytes / math.max(all, 1))
end

--- Prints at once what a player must know beside the result.
function M.note(text)
	local listing = start()
	add(listing, text, colours.yellow)
	show(listing)
end

--- How it goes on after Ctrl+T, where nothing is half done.
local UNCHANGED = "Nothing has changed. The same command goes on."

--- Does something that may show progress. The moving line is gone when it ends, however it ends.
--
-- @param stopped what is said at Ctrl+T
-- @returns what it returns; what it raises is raised on
function M.working(act, stopped)
	if stopped == nil then
		stopped = UNCHANGED
	end
	local ok, value = pcall(act)
	clearRow()
	if ok then
		return value
	end
	if value == "Terminated" then
		M.note(stopped)
	end
	return error(value, 0)
end

return M
