-- Files of this computer that a command line names.

local writeText = require("/apis/trapos/wholefile").writeText
local fail = require("/apis/ai/failure").fail

local M = {}

--- The absolute path of a file as it is named at the shell.
function M.pathOf(name)
	return "/" .. shell.resolve(name)
end

--- Whether a word is the name of a file rather than one of a prompt: it is there, has a folder, or ends in one of files.
function M.isFileName(word)
	local looksLike = string.find(word, "[^%s/]%.%w+$")
	return looksLike ~= nil or fs.exists(shell.resolve(word))
end

--- The most files that one name with "*" or "?" may stand for.
local MOST_FILES = 50

--- The files that names stand for, in which "*" and "?" stand for letters. Fails with `file_unread` where there is none.
--
-- @param names as they are named at the shell
-- @returns absolute paths
function M.filesOf(names)
	if names == nil then
		return nil
	end
	local paths = {}
	for _, name in ipairs(names) do
		local found = fs.find(shell.resolve(name))
		if #found == 0 then
			error(fail("file_unread", { path = name, what = "there is no such file" }), 0)
		end
		if #found > MOST_FILES then
			error(
				fail("file_unread", {
					path = name,
					what = "that is " .. tostring(#found) .. " files",
				}),
				0
			)
		end
		for _, path in ipairs(found) do
			table.insert(paths, "/" .. path)
		end
	end
	return paths
end

--- Whether a path is on another drive than the computer's own.
local function isElsewhere(path)
	local there = path
	while there ~= "" and not fs.exists(there) do
		there = fs.getDir(there)
	end
	return fs.getDrive(there) ~= fs.getDrive("")
end

--- Writes a file whole whenever the power goes, or leaves all as it is. Fails with `not_written`.
--
-- @param path absolute
-- @param isOldKept whether the file that was there stays beside it
-- @returns the old one's name, where it is kept
function M.writeWhole(path, text, isOldKept)
	local isWritten, result = pcall(function()
		if fs.isDir(path) then
			error("it is a folder", 0)
		end
		if fs.isReadOnly(path) then
			error("it is read-only", 0)
		end
		local isTold = (string.find(path, "^/trapos/")) == nil
		return writeText(fs, path, text, {
			isOldKept = isOldKept,
			isElsewhere = isElsewhere(path),
			isTold = isTold,
		})
	end)
	if isWritten then
		return result
	end
	error(
		fail("not_written", {
			path = path,
			what = tostring(result),
		}),
		0
	)
end

return M
