-- Holds the computer's one connection to the bridge, as long as it runs: at boot beside the shell, or beside a call where
-- it does not run there. Programs reach it by events (see names.ts), so that a program that ends loses nothing.

local outcome = require("/apis/trapos/failure").outcome
local encode = require("/apis/trapos/json").encode
local channel = require("/apis/ai/link/channel")
local confirm, openChannel = channel.confirm, channel.openChannel
local frames = require("/apis/ai/link/frames")
local hear = require("/apis/ai/link/incoming").hear
local LINK_CHANGED = require("/apis/ai/settings").LINK_CHANGED
local names = require("/apis/ai/link/names")
local ASK, SEND, STATE = names.ASK, names.SEND, names.STATE
local outgoing = require("/apis/ai/link/outgoing")
local flush, greet, refuse, send, write =
	outgoing.flush, outgoing.greet, outgoing.refuse, outgoing.send, outgoing.write
local openPolling = require("/apis/ai/link/polling").openPolling
local problems = require("/apis/ai/link/problems")
local mayPoll, whyFailed = problems.mayPoll, problems.whyFailed
local readSetting = require("/apis/ai/settings").readSetting
local openSocket = require("/apis/ai/link/sockets").openSocket
local stateModule = require("/apis/ai/link/state")
local drop, lose, setState, setting =
	stateModule.drop, stateModule.lose, stateModule.setState, stateModule.setting

local M = {}

--- Seconds between two looks at whether something is due.
local TICK = 1

--- Seconds that opening a connection, and then the bridge's welcome, may take.
local OPEN_SECONDS = 15

--- Seconds that a message waits for a connection before its sender is told that there is none.
local HOLD_SECONDS = 5

--- A link is to poll, as no websocket can be opened: its boot.
local POLL = "trapos_link_poll"

--- Makes the best of a connection that did not open, or is over.
local function lost(link, reason)
	local isOpen = link.state.state == "open"
	if not isOpen and not link.isPolling and mayPoll(reason) then
		drop(link)
		os.queueEvent(POLL, link.boot)
	else
		lose(link, isOpen and "link_down" or whyFailed(reason), reason)
	end
end

--- Whoever tells of the connection that is opened now.
local function listen(link)
	return {
		opened = function()
			link.heardAt = os.clock()
			greet(link)
		end,
		heard = function(frame)
			hear(link, frame)
		end,
		ended = function(reason)
			lost(link, reason)
		end,
	}
end

--- Opens a connection.
--
-- @param isPolling true to poll; a websocket is tried first each time
local function connect(link, isPolling)
	local url = setting(link, "link_url")
	local token = setting(link, "link_token")
	drop(link)
	if url == nil or token == nil then
		setState(link, { state = "unlinked" })
		return
	end
	local isAddress, address = outcome(function()
		return readSetting("link_url", url)
	end)
	if not isAddress then
		setState(link, { state = "refused", code = "bad_setting", detail = { name = "opencc.link_url" } })
		return
	end
	link.address = address
	link.count = link.count + 1
	link.isPolling = isPolling
	link.begunAt = os.clock()
	setState(link, { state = "connecting" })
	if http == nil then
		lost(link, "http is disabled")
		return
	end
	local destination = {
		address = address,
		token = token,
		connection = link.boot .. "-" .. tostring(link.count),
		seconds = OPEN_SECONDS,
	}
	local open = isPolling and openPolling or openSocket
	local isBegun, given = pcall(open, destination, listen(link))
	if isBegun then
		link.transport = given
	else
		lost(link, tostring(given))
	end
end

--- Tells whoever has waited for longer than so many seconds that there is no connection.
local function refuseHeld(link, seconds)
	local held = link.held
	link.held = {}
	for _, entry in ipairs(held) do
		if os.clock() - entry.at >= seconds and link.state.state ~= "open" then
			refuse(link, entry)
		else
			table.insert(link.held, entry)
		end
	end
end

--- Does what the time has come for.
local function tick(link)
	local now = os.clock()
	local state = link.state.state
	if state == "connecting" and now - link.begunAt > 2 * OPEN_SECONDS then
		lose(link, "link_down", "Timed out")
	end
	if state == "open" then
		if now - link.heardAt > frames.SILENCE_SECONDS then
			lose(link, "link_down", "it is silent")
		elseif now - link.saidAt >= frames.PING_SECONDS then
			write(link, encode({ ping = true, acknowledge = nil }))
		elseif link.channel.received > link.channel.confirmed then
			write(link, encode({ acknowledge = confirm(link.channel) }))
		end
	end
	if state == "away" and now >= link.nextAt then
		connect(link, false)
	end
	refuseHeld(link, HOLD_SECONDS)
end

--- Takes a message of a program's.
local function takeFromProgram(link, message)
	local state = link.state.state
	if state == "open" then
		send(link, message)
	elseif message.type == "screen" then
		return
	elseif state == "unlinked" or state == "refused" then
		refuse(link, { message = message, at = 0 })
	else
		table.insert(link.held, {
			message = message,
			at = os.clock(),
		})

		-- Somebody waits: there is no point in waiting, too.
		if state == "away" and link.nextAt - os.clock() > TICK then
			connect(link, false)
		end
	end
	flush(link)
end

--- Closes what comes of a connection that was given up. What other programs opened is theirs.
local function closeLate(link, event, first, second)
	local isOpened = event == "websocket_success" or event == "http_success"
	if not isOpened or (string.find(tostring(first), "?connection=" .. link.boot .. "-", 1, true)) == nil then
		return
	end
	pcall(function()
		second.close()
	end)
end

--- Takes an event.
local function handle(link, event, first, second, third)
	if event == SEND then
		takeFromProgram(link, first)
	elseif event == ASK then
		os.queueEvent(STATE, link.state, first)
	elseif event == LINK_CHANGED then
		link.channel = openChannel()
		link.channelName = nil
		link.pause = 0
		connect(link, false)
	elseif event == POLL then
		if first == link.boot then
			connect(link, true)
		end
	else
		local transport = link.transport
		local isTaken = transport ~= nil and transport.handle(event, first, second, third)
		if not isTaken then
			closeLate(link, event, first, second)
		end
	end

	-- Nothing will come of waiting.
	if link.state.state == "refused" then
		refuseHeld(link, 0)
	end
end

--- Ends a link that is not held any more.
function M.closeLink(link)
	drop(link)
end

--- Holds a link until Ctrl+T.
--
-- @param isBeside true where it stands beside a call, for which Ctrl+T is: that still has something to say then
function M.holdLink(link, isBeside)
	connect(link, false)
	local timer = os.startTimer(TICK)
	while true do
		local event, first, second, third = os.pullEventRaw()
		if event == "terminate" and isBeside ~= true then
			drop(link)
			return
		end
		if event == "timer" and first == timer then
			tick(link)
			flush(link)
			timer = os.startTimer(TICK)
		else
			handle(link, event, first, second, third)
		end
	end
end

return M
