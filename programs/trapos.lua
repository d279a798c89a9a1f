--- `trapos`.
local command = require("/apis/ccpm/command")
local screen = require("/apis/ccpm/screen")
local createCcpm = require("/apis/libccpm")
local client = createCcpm({onProgress = screen.showProgress, onNote = screen.say})
local words = {...}
local word = words[1]

local function overview()
	local ok, state = client.state()
	if not ok then
		screen.fail(state)
		return false
	end
	local own = state.lock.packages.trapos
	screen.say("TrapOS " .. (own and own.version or "(without its package trapos)"), colours.yellow)
	if word then return true end
	local listed = command.run({"list"}, {client = client})
	local hasNewer = next(command.newerVersions(state)) ~= nil
	return listed
		and (not hasNewer
			or not screen.ask("Upgrade now?", false)
			or command.run({"upgrade", "--yes"}, {client = client}))
end

local function help()
	screen.add("trapos", nil, "What is installed, what is newer")
	screen.add("trapos upgrade", nil, "Take all newer versions")
	screen.add("trapos --version", nil, "The version")
	screen.add("Packages: ccpm help. AI: ai help. All: help trapos", colours.lightGrey)
	screen.flush()
	return true
end

local function refuse()
	screen.fail({message = "trapos knows no " .. tostring(word) .. ".", hint = "See: trapos help"})
	return false
end

local succeeded
if not word or word == "--version" then
	succeeded = overview()
elseif word == "upgrade" then
	succeeded = command.run(words, {client = client})
elseif word == "help" or word == "--help" or word == "-h" then
	succeeded = help()
else
	succeeded = refuse()
end
if not succeeded then error("", 0) end
