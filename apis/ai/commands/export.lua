-- `ai export <file>`: writes the session into a file, as Markdown.

local screen = require("/apis/trapos/screen")
local remark, say = screen.remark, screen.say
local counted = require("/apis/trapos/text").counted
local localfile = require("/apis/ai/localfile")
local isFileName, pathOf, writeWhole = localfile.isFileName, localfile.pathOf, localfile.writeWhole
local conversation = require("/apis/ai/view/conversation").conversation
local confirm = require("/apis/ai/view/confirm").confirm
local wait = require("/apis/ai/view/waiting").wait

--- More turns than a session has.
local ALL_TURNS = 100000

local function run(context, words)
	local path = pathOf(words[1])
	local session = context.options.session
	local turns = wait(context.options, function()
		return context.ai.messages({ limit = ALL_TURNS, session = session })
	end)
	if #turns == 0 then
		return { path = path, turns = 0, isWritten = false }
	end
	local isWanted = not fs.exists(path)
		or confirm(context, "export " .. words[1], words[1] .. " is there. Replace it?")
	if isWanted then
		writeWhole(path, conversation(turns))
	end
	return { path = path, turns = #turns, isWritten = isWanted }
end

local function show(_context, exported)
	if exported.isWritten then
		say("Written: " .. exported.path .. " (" .. counted(exported.turns, "prompt") .. ")")
	elseif exported.turns == 0 then
		remark("Nothing was said yet: nothing was written.")
	else
		remark("Nothing was written.")
	end
end

local exportSession = {
	name = "export",
	usage = "ai export <file>",
	purpose = "Write the session into a file",
	least = 1,
	most = 1,
	fits = function(words)
		return isFileName(words[1])
	end,
	run = run,
	show = show,
}
return exportSession
