-- Files of the server that a prompt names, as in "what does @src/door.lua do?".

local outcome = require("/apis/trapos/failure").outcome
local keep = require("/apis/ai/known").keep

local M = {}

--- The most files of one prompt that are looked for.
local MOST_FILES = 10

--- The paths that stand behind an "@" at the beginning of a word, without the stop that ends a sentence.
local function pathsIn(prompt)
	local paths = {}
	local isKnown = {}
	for word in string.gmatch(" " .. prompt, "%s@([^%s@]+)") do
		local path = string.match(word, "^(.-)[.,;:!?)]*$")
		if path ~= nil and path ~= "" and not isKnown[path] and #paths < MOST_FILES then
			isKnown[path] = true
			table.insert(paths, path)
		end
	end
	return paths
end

--- The folder that a path leads to, and "." for that of the session.
local function folderOf(path)
	return (string.match(path, "^(.*)/[^/]*$")) or "."
end

--- What stands in a folder; nothing where the server cannot tell.
local function entriesOf(client, directory, folder)
	local ok, entries = outcome(function()
		return client.face.listFiles(client, directory, folder)
	end)
	return ok and entries or {}
end

--- Keeps the paths that were seen, for Tab.
local function noteFiles(client, directory, listed)
	local ok, found = outcome(function()
		return client.face.findFiles(client, directory, "")
	end)
	local files = {}
	for _, path in ipairs(ok and #found > 0 and found or listed) do
		table.insert(files, path)
	end
	keep(client.disk, { files = files })
end

--- The files that a prompt names and that are there; any other word behind an "@" is one of the prompt. A prompt without
-- an "@" costs no request.
--
-- @param directory the session's folder
function M.serverFiles(client, directory, prompt)
	local files = {}
	local wanted = pathsIn(prompt)
	if #wanted == 0 then
		return files
	end
	local listed = {}
	local folders = {}
	for _, path in ipairs(wanted) do
		local folder = folderOf(path)
		local entries = folders[folder] or entriesOf(client, directory, folder)
		folders[folder] = entries
		for _, entry in ipairs(entries) do
			table.insert(listed, entry.path)
			if entry.path == path and entry.absolute ~= nil and entry.type == "file" then
				table.insert(files, { path = path, absolute = entry.absolute })
			end
		end
	end
	noteFiles(client, directory, listed)
	return files
end

return M
