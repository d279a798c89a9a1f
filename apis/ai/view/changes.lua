-- Shows what a turn has changed of files.

local listingModule = require("/apis/trapos/listing")
local add, show, start = listingModule.add, listingModule.show, listingModule.start

local M = {}

--- The colours of a unified diff's rows, by the sign with which they begin.
local COLOURS = { ["+"] = colours.lime, ["-"] = colours.red, ["@"] = colours.cyan }

--- How a file was changed, as a letter: added, deleted or modified.
local function letterOf(change)
	local letter = string.upper(string.sub(change.status or "modified", 1, 1))
	return letter == "" and "M" or letter
end

local function addFile(listing, change)
	add(
		listing,
		letterOf(change) .. " " .. change.file,
		nil,
		string.format("+%.0f -%.0f", change.additions, change.deletions)
	)
end

--- Lists files and how much of each was changed.
function M.showChangedFiles(changes)
	if #changes == 0 then
		return
	end
	local listing = start()
	for _, change in ipairs(changes) do
		addFile(listing, change)
	end
	show(listing)
end

--- Shows the diffs of files, and of those without one their names.
function M.showPatches(changes)
	local listing = start()
	for _, change in ipairs(changes) do
		addFile(listing, change)
		for row in string.gmatch(change.patch or "", "([^\n]+)") do
			-- The names of the file stand above already.
			local isName = string.find(row, "^[-+=][-+=][-+=]")
			local isIndex = string.find(row, "^Index: ")
			if isName == nil and isIndex == nil then
				add(listing, row, COLOURS[string.sub(row, 1, 1)])
			end
		end
	end
	show(listing)
end

return M
