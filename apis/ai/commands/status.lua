-- `ai status`: what this computer's session is at, and what waits for its player.

local screen = require("/apis/trapos/screen")
local remark, say, showFailure = screen.remark, screen.say, screen.fail
local oneLine = require("/apis/trapos/text").oneLine
local describeAsk = require("/apis/ai/ask").describeAsk
local redact = require("/apis/ai/settings").redact
local openasks = require("/apis/ai/view/openasks")
local offerAsks, openAsks = openasks.offerAsks, openasks.openAsks
local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	return wait(context.options, function()
		return context.ai.status()
	end)
end

--- What runs, in words.
local function doingOf(status)
	if status.state == "idle" then
		return "nothing runs"
	end
	local doing = status.tool == nil and "the model works" or status.tool .. " " .. (status.title or "")
	if status.state == "retry" then
		doing = "the model fails, trying again: " .. (status.message or "")
	end
	local seconds = status.seconds
	return seconds == nil and doing or string.format("%s (%.0f s)", oneLine(doing), seconds)
end

local function row(name, value)
	if value ~= nil then
		say(name .. ": " .. value)
	end
end

local function noSession(status)
	return status.gone == nil and "none yet" or "gone from the server"
end

--- What the agent may do, in a word, and for whom.
local function placeAtBridge(link)
	if link.name == nil then
		return nil
	end
	return link.name .. " (" .. (link.owner or "?") .. "), " .. (link.profile or "?")
end

local function remarkUnseen(status)
	if status.unseen > 0 then
		remark("An answer may be waiting. Show it: ai resume")
	end
end

local function show(context, status)
	local link = status.link
	if link then
		row("Bridge", (string.gsub(redact(link.url), "^%a+://", "")))
		row("Linked as", placeAtBridge(link))
		if link.isPolling then
			remark("Websockets are off on this server: it polls.")
		end
		if link.problem then
			showFailure(link.problem)
			remarkUnseen(status)
			return
		end
	end
	local session = status.session
	row("Server", "opencode " .. (status.opencode or "?"))
	row("Session", session and session.title or noSession(status))
	row("Model", status.model or "the server's choice")
	row("Agent", status.agent or "the server's choice")
	if session then
		row("Now", doingOf(status))
	end
	for _, ask in ipairs(status.permissions) do
		row("Waits", describeAsk({ what = "permission", ask = ask }))
	end
	for _, ask in ipairs(status.questions) do
		row("Asks", describeAsk({ what = "question", ask = ask }))
	end
	if status.gone ~= nil then
		remark("Start another: ai <prompt>. See all: ai sessions")
	end
	remarkUnseen(status)
	if not context.options.isAttended or #status.permissions + #status.questions == 0 then
		return
	end
	local open = openAsks(context)
	if #open > 0 and offerAsks(context, open) then
		remark("It goes on. Show the answer: ai resume")
	end
end

local status = {
	name = "status",
	usage = "ai status",
	purpose = "Show what runs and what waits",
	run = run,
	hasFailed = function(result)
		local link = result.link
		return link ~= nil and link.problem ~= nil
	end,
	show = show,
}
return status
