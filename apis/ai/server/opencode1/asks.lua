-- How opencode 1 is told what somebody has decided: permissions and questions that wait.

local listOf = require("/apis/trapos/json").listOf
local routes = require("/apis/ai/server/opencode1/routes")
local call = require("/apis/ai/server/opencode1/call").call

local M = {}

--- Answers a permission that waits.
function M.answerPermission(server, id, reply, message, directory)
	call(server, routes.answerPermission(id, reply, message, directory), {})
end

--- Answers a question that waits.
function M.answerQuestion(server, id, answers, directory)
	local labels = {}
	for _, chosen in ipairs(answers) do
		labels[#labels + 1] = listOf(chosen)
	end
	call(server, routes.answerQuestion(id, listOf(labels), directory), {})
end

--- Refuses to answer a question that waits.
function M.rejectQuestion(server, id, directory)
	call(server, routes.rejectQuestion(id, directory), {})
end

return M
