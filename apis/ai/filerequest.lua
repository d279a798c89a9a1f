-- Asks the model about one file of this computer.

local isSettingsFile = require("/apis/trapos/settingsfile").isSettingsFile
local toUtf8 = require("/apis/trapos/utf8").toUtf8
local fail = require("/apis/ai/failure").fail
local codeBlocks = require("/apis/ai/markdown/codeblocks").codeBlocks
local textOfFile = require("/apis/ai/replacefile").textOfFile
local wait = require("/apis/ai/view/waiting").wait

local M = {}

--- The largest file that is sent, in bytes: much more than a program has, and a model's money.
local MOST = 100000
local SYSTEM = "The file is one of a ComputerCraft computer in a game, and is not on your machine: do not use tools for it. "
	.. "Answer with the whole new file in one block of code, with nothing left out, and at most two sentences beside it."

--- A file's text. Fails with `not_read` where there is none, or too much.
function M.requireText(path)
	local text = textOfFile(path)
	if text == nil then
		error(fail("not_read", { path = path, what = "there is no such file" }), 0)
	end
	return text
end

--- A prompt with a file in it, whose fence is longer than any in the file.
function M.withFile(path, text, request)
	if isSettingsFile(path) then
		error(fail("not_read", { path = path, what = "it has the server's password" }), 0)
	end
	if #text > MOST then
		error(
			fail("not_read", {
				path = path,
				what = "it has more than " .. tostring(MOST / 1000) .. " kB",
			}),
			0
		)
	end
	local marks = "```"
	while (string.find(text, marks, 1, true)) ~= nil do
		marks = marks .. "`"
	end
	return request .. "\n\nThe file " .. path .. ":\n" .. marks .. "\n" .. toUtf8(text) .. "\n" .. marks
end

--- Has the model write a file.
--
-- @param text what the file holds, where it is there
-- @returns what it is to hold, in UTF-8. Fails with `no_file` where the answer has none
function M.askForFile(context, path, text, request)
	-- An answer that cannot be kept is not paid for.
	if fs.isReadOnly(path) then
		error(fail("not_written", { path = path, what = "it is read-only" }), 0)
	end
	local prompt = text == nil and "Write the file " .. path .. ": " .. request
		or M.withFile(path, text, request)
	local own = {}
	for name, value in pairs(context.options) do
		own[name] = value
	end
	own.system = SYSTEM
	local options = own
	local reply = wait(options, function()
		return context.ai.ask(prompt, options)
	end)
	local longest
	for _, block in ipairs(codeBlocks(reply.text)) do
		if longest == nil or #block.code > #longest then
			longest = block.code
		end
	end
	if longest == nil then
		error(fail("no_file", {}, reply.text), 0)
	end
	return longest
end

return M
