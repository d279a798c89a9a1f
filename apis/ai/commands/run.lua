-- `ai run [n] [arguments]`: runs code of the last answer as a program of the player's, once it was shown.

local foldFile = require("/apis/trapos/font").foldFile
local remark = require("/apis/trapos/screen").remark
local fail = require("/apis/ai/failure").fail
local lastcode = require("/apis/ai/lastcode")
local chosenBlock, isNumber, lastBlocks = lastcode.chosenBlock, lastcode.isNumber, lastcode.lastBlocks
local writeWhole = require("/apis/ai/localfile").writeWhole
local confirmModule = require("/apis/ai/view/confirm")
local confirm, isShownFirst = confirmModule.confirm, confirmModule.isShownFirst
local showCode = require("/apis/ai/view/difference").showCode

--- Where the program stands while it runs.
local FILE = "/trapos/ai/run.lua"

--- A screen that nobody sees.
local function hiddenScreen()
	local width, height = term.getSize()
	return window.create(term.current(), 1, 1, width, height, false)
end

local function run(context, words)
	local chosen = chosenBlock(lastBlocks(context), words)
	local block = chosen.block
	if isShownFirst(context) then
		showCode(block.code)
	end
	local typed = #words == 0 and "run" or "run " .. table.concat(words, " ")
	if not confirm(context, typed, "Run this, with all that a program may do?") then
		return { isRun = false }
	end
	writeWhole(FILE, foldFile(block.code))
	local screen = term.current()

	-- With --json the screen is for the object alone.
	if context.flags.json == true then
		term.redirect(hiddenScreen())
	end
	local ok, succeeded = pcall(shell.execute, FILE, unpack(chosen.rest))
	term.redirect(screen)
	fs.delete(FILE)
	if not ok then
		error(succeeded, 0)
	end
	if not succeeded then
		error(fail("program_failed"), 0)
	end
	return { isRun = true }
end

local function show(_context, ran)
	if not ran.isRun then
		remark("Nothing was run.")
	end
end

local runCommand = {
	name = "run",
	usage = "ai run [n] [arguments]",
	purpose = "Run its code here",
	most = math.huge,
	wordsBeforeText = 0,
	fits = function(words)
		return isNumber(words[1])
	end,
	run = run,
	show = show,
}
return runCommand
