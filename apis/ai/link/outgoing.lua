-- What the computer's end of the link sends.

local encode = require("/apis/trapos/json").encode
local channelModule = require("/apis/ai/link/channel")
local confirm, nextFrames, owesAcknowledgement, put =
	channelModule.confirm, channelModule.nextFrames, channelModule.owesAcknowledgement, channelModule.put
local frames = require("/apis/ai/link/frames")
local MESSAGE = require("/apis/ai/link/names").MESSAGE
local pieces = require("/apis/ai/link/pieces").pieces
local lose = require("/apis/ai/link/state").lose

local M = {}

--- Sends a frame; false where the connection is gone.
function M.write(link, text)
	local transport = link.transport
	if transport == nil then
		return false
	end
	local isSent, problem = pcall(function()
		transport.send(text)
	end)
	link.saidAt = os.clock()
	if not isSent then
		lose(link, "link_down", tostring(problem))
	end
	return isSent
end

--- Sends what waits, as far as the window is open.
function M.flush(link)
	if link.state.state ~= "open" then
		return
	end
	for _, text in ipairs(nextFrames(link.channel)) do
		if not M.write(link, text) then
			return
		end
	end
	if owesAcknowledgement(link.channel) then
		M.write(link, encode({ acknowledge = confirm(link.channel) }))
	end
end

--- Puts a message on its way.
function M.send(link, message)
	local id = message.id
	if message.type == "call" and id ~= nil then
		link.calls[id] = message
	end
	local text = encode(message)
	local channel = link.channel
	for _, piece in ipairs(pieces(text)) do
		put(channel, function(sequence)
			if piece.isWhole then
				return '{"sequence":' .. tostring(sequence) .. ',"message":' .. text .. "}"
			end
			return encode({ sequence = sequence, piece = piece.text, more = piece.hasMore })
		end)
	end
end

--- Says to whoever handed a message over that it was not sent.
function M.refuse(link, held)
	local message = held.message
	local state = link.state
	local code = state.code or "link_down"
	if state.state == "unlinked" then
		code = "not_linked"
	end
	local detail = state.detail or { url = link.address, what = "it does not answer" }
	if message.type == "call" then
		os.queueEvent(MESSAGE, { type = "failure", id = message.id, code = code, detail = detail })
	elseif message.nonce ~= nil then
		os.queueEvent(MESSAGE, {
			type = "failed",
			nonce = message.nonce,
			code = code,
			detail = detail,
			pending = true,
		})
	end
end

--- Hands over what waited for a connection.
function M.release(link)
	local held = link.held
	link.held = {}
	for _, entry in ipairs(held) do
		M.send(link, entry.message)
	end
end

--- Begins the conversation on a connection that is open.
function M.greet(link)
	local width, height = term.getSize()
	local channel = link.channelName
	M.write(
		link,
		encode({
			hello = {
				versions = { frames.VERSION },
				computer = os.getComputerID(),
				boot = link.boot,
				label = os.getComputerLabel(),
				width = width,
				height = height,
				capabilities = { "jobs", "screen" },
				cursor = channel ~= nil and { channel = channel, received = link.channel.received } or nil,
			},
		})
	)
end

return M
