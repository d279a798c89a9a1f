-- Files of this computer that go along with a prompt.

local isSettingsFile = require("/apis/trapos/settingsfile").isSettingsFile
local toUtf8 = require("/apis/trapos/utf8").toUtf8
local fail = require("/apis/ai/failure").fail

local M = {}

--- The most bytes of all files of a prompt: more than a model has any use for, and well below what CC sends (4 MiB).
local MOST_BYTES = 200000

--- What the model is told of the language of a file, by how its name ends.
local function languageOf(path)
	return (string.match(path, "%.(%w+)$")) or ""
end

--- More backquotes than stand in a row anywhere in a text.
local function fenceAround(text)
	local fence = "```"
	for marks in string.gmatch(text, "`+") do
		if #marks >= #fence then
			fence = marks .. "`"
		end
	end
	return fence
end

local function contentOf(disk, path)
	if isSettingsFile(path) then
		error(fail("file_unread", { path = path, what = "it has the server's password" }), 0)
	end
	local file, problem = disk.open(path, "rb")
	if file == nil then
		-- CC says which file, too.
		local what = string.gsub(tostring(problem), "^/[^:]*: ", "")
		error(fail("file_unread", { path = path, what = what }), 0)
	end
	local content = file.readAll() or ""
	file.close()
	if (string.find(content, "\0", 1, true)) ~= nil then
		error(fail("file_unread", { path = path, what = "it is no text" }), 0)
	end
	return toUtf8(content)
end

--- Reads files as texts that the model gets beside a prompt. Fails with `file_unread` and `files_too_large`.
--
-- @param paths absolute
-- @returns a text for each file, with its path and its whole content
function M.attachmentsOf(disk, paths)
	local texts = {}
	local bytes = 0
	for _, path in ipairs(paths) do
		local content = contentOf(disk, path)
		bytes = bytes + #content
		if bytes > MOST_BYTES then
			error(fail("files_too_large", { path = path, most = MOST_BYTES / 1000 }), 0)
		end
		local fence = fenceAround(content)
		local name = (string.gsub(path, "^/*", "/"))
		table.insert(
			texts,
			"File "
				.. name
				.. " of the ComputerCraft computer:\n"
				.. fence
				.. languageOf(path)
				.. "\n"
				.. content
				.. "\n"
				.. fence
		)
	end
	return texts
end

return M
