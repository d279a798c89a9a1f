-- `ai code [n]`: lists the code in the last answer, or shows one block of it.

local listOf = require("/apis/trapos/json").listOf
local screen = require("/apis/trapos/screen")
local remark, say = screen.remark, screen.say
local text = require("/apis/trapos/text")
local counted, cut, oneLine = text.counted, text.cut, text.oneLine
local lastcode = require("/apis/ai/lastcode")
local blockNumbered, isNumber, lastBlocks = lastcode.blockNumbered, lastcode.isNumber, lastcode.lastBlocks
local showCode = require("/apis/ai/view/difference").showCode

local function run(context, words)
	local blocks = lastBlocks(context)
	return #words == 0 and listOf(blocks) or blockNumbered(blocks, words[1])
end

local function show(_context, shown)
	if shown.code ~= nil then
		showCode(shown.code)
		return
	end
	local width = term.getSize()
	for _, block in ipairs(shown) do
		local first = string.match(block.code, "%s*([^\n]*)")
		local about = tostring(block.number)
			.. " "
			.. (block.language or "text")
			.. ", "
			.. counted(block.lines, "line")
		say(cut(oneLine(about .. ": " .. first), width))
	end
	remark("Show one: ai code <n>. Keep it: ai save <n> <file>. Run it: ai run <n>")
end

local code = {
	name = "code",
	usage = "ai code [n]",
	purpose = "Show its last code",
	most = 1,
	fits = function(words)
		return isNumber(words[1])
	end,
	run = run,
	show = show,
}
return code
