-- The code in the last answer, by the numbers that `ai code` shows.

local linesIn = require("/apis/trapos/difference").linesIn
local fail = require("/apis/ai/failure").fail
local codeBlocks = require("/apis/ai/markdown/codeblocks").codeBlocks
local wait = require("/apis/ai/view/waiting").wait

local M = {}

--- Whether a word is the number of a block.
function M.isNumber(word)
	return (string.find(word, "^[1-9]%d?%d?$")) ~= nil
end

--- All words but the first.
function M.restOf(words)
	local rest = {}
	for at = 1, #words - 1 do
		table.insert(rest, words[at + 1])
	end
	return rest
end

--- The blocks of the last answer. Fails with `no_blocks` where there are none.
function M.lastBlocks(context)
	local reply = wait(context.options, function()
		return context.ai.last(context.options.session)
	end)
	local blocks = {}
	for number, block in ipairs(codeBlocks(reply.text)) do
		local lines = #linesIn(block.code)
		table.insert(blocks, { number = number, language = block.language, code = block.code, lines = lines })
	end
	if #blocks == 0 then
		error(fail("no_blocks"), 0)
	end
	return blocks
end

--- One of some blocks. Fails with `no_such_block`.
function M.blockNumbered(blocks, word)
	local block = blocks[tonumber(word) or 0]
	if block == nil then
		error(fail("no_such_block", { number = word, most = #blocks }), 0)
	end
	return block
end

--- The block that words begin with, else the only one, and the words behind it. Fails with `which_block` where there are several.
function M.chosenBlock(blocks, words)
	if #words > 0 and M.isNumber(words[1]) then
		return {
			block = M.blockNumbered(blocks, words[1]),
			rest = M.restOf(words),
		}
	end
	if #blocks > 1 then
		error(fail("which_block", { most = #blocks }), 0)
	end
	return { block = blocks[1], rest = words }
end

return M
