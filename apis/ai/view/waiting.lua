-- What is shown while a call waits: how far it is, and what is worth staying on the screen.

local during = require("/apis/trapos/progress").during
local screen = require("/apis/trapos/screen")
local clearRow, remark = screen.clearRow, screen.remark
local oneLine = require("/apis/trapos/text").oneLine

local M = {}

--- What is said of each phase, before the tool's title or the message.
local PHASES = {
	sent = "asked",
	starting = "not started yet: the server is slow",
	retry = "the model fails, trying again: ",
	reconnecting = "server out of reach, trying again",
	failing = "server fails, trying again: ",
	["waiting for permission"] = "needs permission: ",
	["waiting for an answer"] = "asks: ",
	stopping = "stopping the turn",
}

--- What is being done, in CC's font.
local function describe(progress)
	local tool = progress.tool
	local said = PHASES[progress.phase] or progress.phase
	return oneLine(tool == nil and said .. (progress.message or "") or tool .. " " .. (progress.title or ""))
end

--- What stays on the screen of a phase; nothing of what is only on its way.
local function lasting(progress)
	local phase = progress.phase
	local problem = progress.message
	if phase == "new session" then
		return "The session is gone from the server; this is a new one."
	end
	if phase == "not recorded" then
		return "The disk is full: this turn is not written down."
	end
	if phase == "ended" then
		return "It had ended already. Show the answer: ai resume"
	end
	if phase ~= "stopped" then
		return nil
	end
	if problem == nil then
		return "The turn was stopped on the server."
	end
	return "The turn may go on, stop it with: ai abort (" .. problem .. ")"
end

--- Prints a line that stays, above the moving one.
local function log(line)
	clearRow()
	remark(line)
end

--- Makes a call under the moving line.
--
-- @param options who is told of progress is set in them
-- @param call what to do
-- @returns the call's value; its failure is raised
function M.wait(options, call)
	if options.isQuiet then
		return call()
	end
	local doing = ""
	local value
	options.onProgress = function(progress)
		local line = lasting(progress)
		if line ~= nil then
			log(line)
		else
			doing = describe(progress)
		end
	end
	if options.isVerbose then
		options.log = function(poll)
			return log("[ai] " .. poll)
		end
	end
	during(function()
		value = call()
	end, function()
		return doing
	end)
	return value
end

return M
