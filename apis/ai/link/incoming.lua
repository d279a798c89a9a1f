-- What the computer's end of the link is told.

local json = require("/apis/trapos/json")
local decode, encode = json.decode, json.encode
local reader = require("/apis/trapos/shape").reader
local channel = require("/apis/ai/link/channel")
local acknowledge, openChannel, receive, resume =
	channel.acknowledge, channel.openChannel, channel.receive, channel.resume
local frames = require("/apis/ai/link/frames")
local MESSAGE = require("/apis/ai/link/names").MESSAGE
local outgoing = require("/apis/ai/link/outgoing")
local flush, release, write = outgoing.flush, outgoing.release, outgoing.write
local whyClosed = require("/apis/ai/link/problems").whyClosed
local state = require("/apis/ai/link/state")
local lose, setState = state.lose, state.setState

local M = {}
local readFrame = reader(frames.frame)
local readers = {}
for name, shape in pairs(frames.fromBridge) do
	readers[name] = reader(shape)
end

--- Tells whoever waits for something of the channel that is no more. Turns are followed anew by those who wait for them.
local function beginAnew(link)
	local calls = link.calls
	link.calls = {}
	local detail = { url = link.address, what = "the connection was lost" }
	for id in pairs(calls) do
		os.queueEvent(MESSAGE, { type = "failure", id = id, code = "network_error", detail = detail })
	end
	if link.channelName ~= nil then
		os.queueEvent(MESSAGE, { type = "gap" })
	end
end

--- The bridge takes this computer.
local function beWelcome(link, welcome)
	local goesOn = welcome.resume == "ok" and resume(link.channel, welcome.received)
	if not goesOn then
		link.channel = openChannel()

		-- Those of a message that was cut by a lost connection come no second time where the channel goes on.
		link.pieces = {}
		beginAnew(link)
	end
	link.channelName = welcome.channel
	link.pause = 0
	setState(link, {
		state = "open",
		isPolling = link.isPolling,
		name = welcome.name,
		owner = welcome.owner,
		profile = welcome.profile,
		bridge = welcome.bridge,
		opencode = welcome.opencode,
	})
	release(link)
end

--- Takes a message of the bridge's.
local function take(link, given)
	local name = given and given.type
	local read = name ~= nil and readers[name] or nil
	local message = read and read(given)
	if message == nil then
		lose(link, "link_protocol", "a message of the kind " .. tostring(name))
		return
	end
	local id = message.id
	if id ~= nil then
		link.calls[id] = nil
	end
	os.queueEvent(MESSAGE, message)
end

--- Takes a frame that carries a message or a piece of one.
local function takeNumbered(link, frame)
	local order = receive(link.channel, frame.sequence)
	if order == "gap" then
		lose(link, "link_protocol", "frames out of order")
		return
	end
	if order == "old" then
		return
	end
	if frame.piece == nil then
		take(link, frame.message)
		return
	end
	table.insert(link.pieces, frame.piece)
	if frame.more == true then
		return
	end
	local text = table.concat(link.pieces)
	link.pieces = {}
	take(link, decode(text))
end

--- Takes a frame.
function M.hear(link, given)
	link.heardAt = os.clock()
	local frame = readFrame(given)
	if frame == nil then
		lose(link, "link_protocol", "a frame that is none")
	elseif frame.welcome ~= nil then
		beWelcome(link, frame.welcome)
	elseif frame.bye ~= nil then
		local why = whyClosed(frame.bye.code)
		lose(link, why.code, frame.bye.message or frame.bye.code, why.isFinal)
	elseif frame.ping == true then
		write(link, encode({ pong = true }))
	elseif frame.acknowledge ~= nil then
		if not acknowledge(link.channel, frame.acknowledge) then
			lose(link, "link_protocol", "a wrong number")
		end
	elseif frame.sequence ~= nil then
		takeNumbered(link, frame)
	end
	flush(link)
end

return M
