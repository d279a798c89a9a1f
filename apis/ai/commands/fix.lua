-- `ai fix <file> [problem]`: has the model correct a file of this computer.

local filerequest = require("/apis/ai/filerequest")
local askForFile, requireText = filerequest.askForFile, filerequest.requireText
local restOf = require("/apis/ai/lastcode").restOf
local localfile = require("/apis/ai/localfile")
local isFileName, pathOf, requireWritable = localfile.isFileName, localfile.pathOf, localfile.requireWritable
local replacefile = require("/apis/ai/replacefile")
local replaceFile, showWritten = replacefile.replaceFile, replacefile.showWritten

local function run(context, words)
	local name = words[1]
	local path = pathOf(name)
	local text = requireText(path)
	requireWritable(path)
	local said = table.concat(restOf(words), " ")
	local request = said == "" and "Find what is wrong with it and correct it." or "Correct this: " .. said
	return replaceFile(
		context,
		"fix " .. table.concat(words, " "),
		path,
		askForFile(context, path, text, request)
	)
end

local function show(_context, written)
	showWritten(written)
end

local fix = {
	name = "fix",
	usage = "ai fix <file> [problem]",
	purpose = "Have it mend a file",
	least = 1,
	most = math.huge,
	wordsBeforeText = 1,
	fits = function(words)
		return isFileName(words[1])
	end,
	run = run,
	show = show,
}
return fix
