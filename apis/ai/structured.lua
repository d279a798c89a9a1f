-- Answers that are a value of a given form, in place of a text.

local json = require("/apis/trapos/json")
local decode, encode = json.decode, json.encode
local fail = require("/apis/ai/failure").fail
local misfit = require("/apis/ai/schema").misfit

local M = {}

--- How often an answer that does not fit goes back to the model.
local CORRECTIONS = 1

--- What the model is told beside the prompt.
local function instructions(schema, given)
	local own = "Your answer is read by a program. When you are done, answer with one JSON value and nothing else: no words "
		.. "before or behind it. It has to fit this JSON Schema:\n"
		.. encode(schema)
	return given == nil and own or given .. "\n\n" .. own
end

--- The value in an answer: all of it, what stands in a block of code, or what stands between the outermost brackets.
local function valueIn(text)
	local block = string.match(text, "```%w*%s*\n(.-)\n%s*```")
	local object = string.match(text, "(%b{})")
	local list = string.match(text, "(%b[])")
	for _Module, part in ipairs({ text, block or "", object or "", list or "" }) do
		local value = decode(part)
		if value ~= nil then
			return value
		end
	end
	return nil
end

--- Asks for a value. One that does not fit goes back to the model once; then it fails with `not_structured`.
--
-- @param ask asks for a text
-- @param schema one with which nothing is wrong
-- @returns the answer, whose `value` fits the schema
function M.askForValue(ask, prompt, options, schema)
	options.system = instructions(schema, options.system)
	local words = prompt
	local problem = ""
	local reply
	for _ = 0, CORRECTIONS do
		reply = ask(words, options)
		local value = valueIn(reply.text)
		local wrong = "it is no JSON"
		if value ~= nil then
			wrong = misfit(schema, value, "value")
		end
		if wrong == nil then
			reply.value = value
			return reply
		end
		problem = wrong
		words = "Your answer does not fit: " .. problem .. ". Answer again, with JSON alone that fits."
		options.session = reply.sessionId
		options.newSession = nil
		options.files = nil
	end
	error(fail("not_structured", { what = problem }, reply.text), 0)
end

return M
