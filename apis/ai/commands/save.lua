-- `ai save [n] <file>`: writes code of the last answer into a file.

local lastcode = require("/apis/ai/lastcode")
local blockNumbered, chosenBlock, isNumber, lastBlocks =
	lastcode.blockNumbered, lastcode.chosenBlock, lastcode.isNumber, lastcode.lastBlocks
local localfile = require("/apis/ai/localfile")
local isFileName, pathOf = localfile.isFileName, localfile.pathOf
local replacefile = require("/apis/ai/replacefile")
local replaceFile, showWritten = replacefile.replaceFile, replacefile.showWritten

local function run(context, words)
	local blocks = lastBlocks(context)
	local name = words[#words]
	local block = #words > 1 and blockNumbered(blocks, words[1]) or chosenBlock(blocks, {}).block
	return replaceFile(context, "save " .. table.concat(words, " "), pathOf(name), block.code)
end

local function show(_context, written)
	showWritten(written)
end

--- A file's name, or a number and any name: of a block that nobody has named a file is meant.
local function fits(words)
	if #words == 1 then
		return isFileName(words[1])
	end
	return isNumber(words[1]) and (string.find(words[2], "^%-")) == nil
end

local save = {
	name = "save",
	usage = "ai save [n] <file>",
	purpose = "Write code to a file",
	least = 1,
	most = 2,
	fits = fits,
	run = run,
	show = show,
}
return save
