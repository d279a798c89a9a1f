--- `trapos`.
local command = require("/apis/ccpm/command")
local newerVersions = command.newerVersions
local run = command.run
local screen = require("/apis/ccpm/screen")
local ask = screen.ask
local fail = screen.fail
local say = screen.say
local show = screen.show
local showProgress = screen.showProgress
local createCcpm = require("/apis/libccpm")
local client = createCcpm({onProgress = showProgress, onNote = say})
local words = {...}
local word = words[1]

local function overview()
	local ok, state = client.state()
	if not ok then
		fail(state)
		return false
	end
	local own = state.lock.packages.trapos
	say("TrapOS " .. (own and own.version or "(without its package trapos)"), colours.yellow)
	if word then return true end
	local listed = run({"list"}, {client = client})
	local hasNewer = next(newerVersions(state)) ~= nil
	return listed
		and (not hasNewer
			or not ask("Upgrade now?", false)
			or run({"upgrade", "--yes"}, {client = client}))
end

local function help()
	show({
		{"trapos", colours.white, "What is installed, what is newer"},
		{"trapos upgrade", colours.white, "Take all newer versions"},
		{"trapos --version", colours.white, "The version"},
		{"Packages: ccpm help. AI: ai help. All: help trapos", colours.lightGrey}
	})
	return true
end

local function refuse()
	fail({message = "trapos knows no " .. tostring(word) .. ".", hint = "See: trapos help"})
	return false
end

local succeeded
if not word or word == "--version" then
	succeeded = overview()
elseif word == "upgrade" then
	succeeded = run(words, {client = client})
elseif word == "help" or word == "--help" or word == "-h" then
	succeeded = help()
else
	succeeded = refuse()
end
if not succeeded then error("", 0) end
