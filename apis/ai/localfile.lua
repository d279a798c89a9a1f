-- Files of this computer that a command line names.

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

--- Writes a whole file, or leaves the one that is there as it is: beside it first, so that no power cut leaves a part.
-- Fails with `not_written`.
--
-- @param path absolute
function M.writeWhole(path, text)
	local draft = path .. ".new"
	local isWritten, problem = pcall(function()
		if fs.isDir(path) then
			error("it is a folder", 0)
		end
		local file, reason = fs.open(draft, "w")
		if file == nil then
			error(reason, 0)
		end
		file.write(text)
		file.close()
		fs.delete(path)
		fs.move(draft, path)
	end)
	if isWritten then
		return
	end
	if problem == "Terminated" then
		error(problem, 0)
	end
	pcall(function()
		return fs.delete(draft)
	end)
	error(
		fail("not_written", {
			path = path,
			what = tostring(problem),
		}),
		0
	)
end

return M
