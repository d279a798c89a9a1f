-- How opencode 1 is told what somebody has decided: permissions and questions that wait.

local listOf = require("/apis/trapos/json").listOf
local percentEncode = require("/apis/trapos/utf8").percentEncode
local request = require("/apis/ai/server/request")
local call, query = request.call, request.query

local M = {}

--- Answers a permission that waits.
function M.answerPermission(server, id, reply, message, directory)
	local path = "/permission/" .. percentEncode(id) .. "/reply" .. query({ directory = directory })
	call(server, path, { body = { reply = reply, message = message } })
end

--- Answers a question that waits.
function M.answerQuestion(server, id, answers, directory)
	local lists = {}
	for _, labels in ipairs(answers) do
		lists[#lists + 1] = listOf(labels)
	end
	local path = "/question/" .. percentEncode(id) .. "/reply" .. query({ directory = directory })
	call(server, path, { body = { answers = listOf(lists) } })
end

--- Refuses to answer a question that waits.
function M.rejectQuestion(server, id, directory)
	call(
		server,
		"/question/" .. percentEncode(id) .. "/reject" .. query({ directory = directory }),
		{ body = {} }
	)
end

return M
