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

--- The files that names stand for, in which "*" and "?" stand for letters: of files that are not hidden, and of no folder.
-- Fails with `file_unread` where there is none.
--
-- @param names as they are named at the shell
-- @returns absolute paths
function M.filesOf(names)
	if names == nil then
		return nil
	end
	local paths = {}
	for _, name in ipairs(names) do
		local isPattern = (string.find(name, "[*?]")) ~= nil
		local found = {}

		-- One that leads above the root is none.
		local isPath, there = pcall(fs.find, shell.resolve(name))
		for _, path in ipairs(isPath and there or {}) do
			local isHidden = string.sub(fs.getName(path), 1, 1) == "."
			if not isPattern or not (isHidden or fs.isDir(path)) then
				table.insert(found, path)
			end
		end
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

--- Fails with `not_written` where nothing can be written, before a model is asked for what.
function M.requireWritable(path)
	if fs.isDir(path) then
		error(fail("not_written", { path = path, what = "it is a folder" }), 0)
	end
	if (string.find(fs.combine("", path), "^%.%.")) ~= nil and not fs.exists(path) then
		error(fail("not_written", { path = path, what = "it leads out of this computer" }), 0)
	end
	if fs.isReadOnly(path) then
		error(fail("not_written", { path = path, what = "it is read-only" }), 0)
	end
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
	M.requireWritable(path)
	local isWritten, result = pcall(function()
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
