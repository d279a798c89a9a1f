-- Files of the server's folders.

local reader = require("/apis/trapos/shape").reader
local answers = require("/apis/ai/protocol").answers
local request = require("/apis/ai/server/request")
local call, query = request.call, request.query

local M = {}
local readFiles = reader(answers.files)
local readPaths = reader(answers.paths)

--- How many paths are asked for.
local MOST_PATHS = 100

--- What stands in a folder, by its path from the directory. One that is not there is 500 (1.18.33).
function M.listFiles(server, directory, path)
	return call(server, "/file" .. query({ path = path, directory = directory }), { read = readFiles })
end

--- Paths from the directory that are like a text; none where the server has no ripgrep (1.18.33).
function M.findFiles(server, directory, text)
	local parameters = { query = text, directory = directory, limit = MOST_PATHS }
	return call(server, "/find/file" .. query(parameters), { read = readPaths })
end

return M
