-- What the package of the link adds to `ai`: its commands, their flags, and those of `ai` that they take, too.

local bg = require("/apis/ai/commands/bg")
local collect = require("/apis/ai/commands/collect")
local job = require("/apis/ai/commands/job")
local jobs = require("/apis/ai/commands/jobs")
local kill = require("/apis/ai/commands/kill")
local screen = require("/apis/ai/commands/screen")
local unlink = require("/apis/ai/commands/unlink")

local M = {}

--- Where its commands begin in the list: before the code's.
local BEFORE = "lua"

--- In the order in which help lists them.
local COMMANDS = {
	unlink,
	screen,
	bg,
	jobs,
	job,
	collect,
	kill,
}
local FLAGS = { { name = "keep", purpose = "Begin a job again if it fails", commands = { "bg" } } }

--- Flags of `ai` that some of them take, too.
local TAKEN = { model = "bg", agent = "bg", timeout = "collect" }

--- A flag that one more command takes.
local function takenBy(flag, command)
	local commands = { command }
	for _, other in ipairs(flag.commands or {}) do
		table.insert(commands, other)
	end
	return {
		name = flag.name,
		letter = flag.letter,
		value = flag.value,
		purpose = flag.purpose,
		commands = commands,
	}
end

--- Adds all of it to what `ai` understands.
function M.addTo(program)
	local commands = program.commands
	local place = #commands + 1
	for index, command in ipairs(commands) do
		if command.name == BEFORE then
			place = index
		end
	end
	for index, command in ipairs(COMMANDS) do
		table.insert(commands, place + index - 1, command)
	end
	local flags = program.flags
	for index, flag in ipairs(flags) do
		local command = TAKEN[flag.name]
		if command ~= nil then
			flags[index] = takenBy(flag, command)
		end
	end
	for _, flag in ipairs(FLAGS) do
		table.insert(flags, flag)
	end
end

return M
