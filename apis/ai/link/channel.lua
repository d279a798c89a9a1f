-- One end of the link between a computer and the bridge: messages in order, each once, over connections that break. Pure,
-- so that both ends are this same code.
--
-- What is sent is numbered from 1 on and kept until the other end has acknowledged it. After a reconnection each end says
-- the number up to which it has everything, and the other one goes on from there. No more than WINDOW frames are on their
-- way at once: at most 256 events wait on a computer, and the rest is dropped without a word (CC: Tweaked).

local M = {}

--- The most frames on their way that were not acknowledged.
M.WINDOW = 64

--- So many frames are taken before an acknowledgement is sent at once; fewer are acknowledged with the next ping.
local ACKNOWLEDGED_AT_ONCE = 16

--- The most frames that wait: a computer that is away for so long is begun anew with.
local MOST_WAITING = 1024

--- A channel on which nothing was sent.
function M.openChannel()
	return {
		frames = {},
		acknowledged = 0,
		written = 0,
		received = 0,
		confirmed = 0,
	}
end

--- Puts a frame on its way.
--
-- @param write makes the frame's text of its number
-- @returns false where so many wait that it was not taken
function M.put(channel, write)
	local frames = channel.frames
	if #frames >= MOST_WAITING then
		return false
	end
	frames[#frames + 1] = write(channel.acknowledged + #frames + 1)
	return true
end

--- Whether a frame that is put now is written at once: nothing waits, and the window is open.
function M.isOpen(channel)
	return #channel.frames < M.WINDOW
end

--- The frames to be written to the connection now, oldest first. They count as written from then on.
function M.nextFrames(channel)
	local last = math.min(#channel.frames, M.WINDOW)
	local next = {}
	do
		local place = channel.written - channel.acknowledged
		while place < last do
			next[#next + 1] = channel.frames[place + 1]
			place = place + 1
		end
	end
	channel.written = math.max(channel.written, channel.acknowledged + last)
	return next
end

--- Takes the other end's word for what it has.
--
-- @param sequence the number up to which it has everything
-- @returns false where that cannot be, as it was never sent
function M.acknowledge(channel, sequence)
	local count = sequence - channel.acknowledged
	if sequence > channel.written then
		return false
	end
	if count <= 0 then
		return true
	end
	local frames = channel.frames
	local left = {}
	do
		local place = count
		while place < #frames do
			left[#left + 1] = frames[place + 1]
			place = place + 1
		end
	end
	channel.frames = left
	channel.acknowledged = sequence
	return true
end

--- Takes a frame of the other end.
--
-- @returns "new" for the next one; "old" for one that was taken before; "gap" where one before it is missing
function M.receive(channel, sequence)
	if sequence <= channel.received then
		return "old"
	end
	if sequence > channel.received + 1 then
		return "gap"
	end
	channel.received = sequence
	return "new"
end

--- Whether it is time to say what was received.
function M.owesAcknowledgement(channel)
	return channel.received - channel.confirmed >= ACKNOWLEDGED_AT_ONCE
end

--- The number to be acknowledged; it counts as said from then on.
function M.confirm(channel)
	channel.confirmed = channel.received
	return channel.received
end

--- Goes on over another connection.
--
-- @param sequence the number up to which the other end has everything
-- @returns false where what it lacks is not kept any more, or was never sent: both ends begin anew then
function M.resume(channel, sequence)
	local last = channel.acknowledged + #channel.frames
	if sequence < channel.acknowledged or sequence > last then
		return false
	end
	channel.written = math.max(channel.written, sequence)
	M.acknowledge(channel, sequence)
	channel.written = channel.acknowledged
	return true
end

return M
