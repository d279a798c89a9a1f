-- `trapos`: what is installed of TrapOS, and whether there is anything newer.

--- By a name of its own, as the compiler takes every other `require` for an import.
local load = require
local client
local command
local screen
local isWhole = pcall(function()
	command = load("/apis/ccpm/command")
	screen = load("/apis/ccpm/screen")
	local createCcpm = load("/apis/libccpm")
	client = createCcpm({ onProgress = screen.showProgress, onNote = screen.note })

	-- An empty file gives no module.
	return command.run
end)
if not isWhole then
	-- It says what is missing, and how to mend it.
	shell.run("/programs/ccpm.lua")
	error("", 0)
end
local words = { ... }
local word = words[1]

local function perform()
	if word == "upgrade" then
		return command.run(words, client)
	end
	if word == "help" or word == "--help" or word == "-h" then
		command.help("trapos", "")
		screen.flush()
		return true
	end
	if word ~= nil and word ~= "--version" then
		screen.fail({ message = "trapos knows no " .. word .. ".", hint = "See: trapos help" })
		return false
	end
	local ok, state = client.state()
	if not ok then
		screen.fail(state)
		return false
	end
	local own = state.lock.packages.trapos
	screen.say("TrapOS " .. (own and own.version or "(without its package trapos)"), colours.yellow)
	if word ~= nil then
		return true
	end
	local hasNewer = command.list(state)
	screen.flush()
	return not hasNewer
		or not screen.ask("Upgrade now?", false)
		or command.run({ "upgrade", "--yes" }, client)
end

if not perform() then
	error("", 0)
end
