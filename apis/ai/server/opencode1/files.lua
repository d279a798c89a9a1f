-- Files of the server's folders.

local reader = require("/apis/trapos/shape").reader
local answers = require("/apis/ai/protocol").answers
local call = require("/apis/ai/server/opencode1/call").call
local routes = require("/apis/ai/server/opencode1/routes")

local M = {}
local readFiles = reader(answers.files)
local readPaths = reader(answers.paths)

--- What stands in a folder, by its path from the directory.
function M.listFiles(server, directory, path)
	return call(server, routes.listFiles(directory, path), { read = readFiles })
end

--- Paths from the directory that are like a text.
function M.findFiles(server, directory, text)
	return call(server, routes.findFiles(directory, text), { read = readPaths })
end

return M
