-- `ai write <file> <request>`: has the model write a file of this computer.

local restOf = require("/apis/ai/lastcode").restOf
local localfile = require("/apis/ai/localfile")
local isFileName, pathOf, requireWritable = localfile.isFileName, localfile.pathOf, localfile.requireWritable
local askForFile = require("/apis/ai/filerequest").askForFile
local replacefile = require("/apis/ai/replacefile")
local replaceFile, showWritten, textOfFile =
	replacefile.replaceFile, replacefile.showWritten, replacefile.textOfFile

local function run(context, words)
	local name = words[1]
	local path = pathOf(name)
	requireWritable(path)
	local request = table.concat(restOf(words), " ")
	local fresh = askForFile(context, path, textOfFile(path), request)
	return replaceFile(context, "write " .. name .. " " .. request, path, fresh)
end

local function show(_context, written)
	showWritten(written)
end

local write = {
	name = "write",
	usage = "ai write <file> <request>",
	purpose = "Have it write a file",
	least = 2,
	most = math.huge,
	wordsBeforeText = 1,
	fits = function(words)
		return isFileName(words[1]) and #words > 1
	end,
	run = run,
	show = show,
}
return write
