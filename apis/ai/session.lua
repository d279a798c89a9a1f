-- What survives a power cut: which session this computer talks in, and the turns whose answers nobody has seen yet.
-- A computer can stop at any instruction, so a turn is on the disk before its prompt is sent.

local copy = require("/apis/ai/copy").copy
local json = require("/apis/trapos/json")
local decode, encode = json.decode, json.encode
local reader = require("/apis/trapos/shape").reader
local put = require("/apis/trapos/wholefile").put

local M = {}

--- Reads a turn as the disk has it. What is not of this shape is none of ours, or was cut short.
local readTurn = reader({
	["dialect?"] = "count",
	nonce = "id",
	sessionId = "id",
	sentAt = "time",
	text = "text",
	directory = "folder",
	["baselineId?"] = "id",
	["sent?"] = "boolean",
	["model?"] = "text",
	["agent?"] = "text",
	["variant?"] = "text",
	["system?"] = "text",
})
local TURNS = "/trapos/ai/turns"

--- Is there once an answer was shown.
local ANSWERED = "/trapos/ai/answered"
local SETTING = "opencc.session_id"

--- Talks in a session from now on, and keeps its id in the setting `opencc.session_id`.
--
-- @param id the session's id, nil for none
function M.rememberSession(memory, id)
	local store = memory.store
	memory.settings.session_id = id
	if id == nil then
		store.unset(SETTING)
	else
		store.set(SETTING, id)
	end
	if store.save ~= nil then
		store.save()
	end
end

--- A name for a turn, which its prompt carries.
--
-- @param now epoch milliseconds
function M.newNonce(now)
	return string.format("%d-%.0f-%d", os.getComputerID(), now, math.random(1, 999999))
end

--- Whether a name for a turn was made by this computer.
function M.isOwnNonce(nonce)
	return (string.find(nonce, "^" .. tostring(os.getComputerID()) .. "%-%d+%-%d+$")) ~= nil
end

--- Whether an answer was ever shown on this computer.
function M.wasAnswered(disk)
	return disk.exists(ANSWERED)
end

--- Remembers that an answer was shown, where the disk has room for that.
function M.rememberAnswer(disk)
	if M.wasAnswered(disk) then
		return
	end
	local file = disk.open(ANSWERED, "w")
	if file ~= nil then
		file.close()
	end
end

local function pathOf(nonce)
	return TURNS .. "/" .. nonce .. ".json"
end

--- Writes a turn down. It can go on all the same when the disk is full.
--
-- @returns whether it is written; where it is not, nothing of it is
function M.recordTurn(disk, turn)
	local path = pathOf(turn.nonce)
	local isWritten = pcall(function()
		-- What goes along with a prompt is not sent again.
		local kept = copy(turn, {})
		kept.attachments = nil
		kept.files = nil
		put(disk, path, encode(kept))
	end)
	if not isWritten then
		pcall(function()
			return disk.delete(path)
		end)
	end
	return isWritten
end

--- Forgets a turn, once its answer was handed over or can never come.
function M.forgetTurn(disk, nonce)
	disk.delete(pathOf(nonce))
end

--- The turns whose answers nobody has seen, oldest first. A record that the power cut short is removed: its prompt was
-- not sent yet.
--
-- @param session only those of this one; of all where none is named
function M.pendingTurns(disk, session)
	local turns = {}
	for _, name in ipairs(disk.exists(TURNS) and disk.list(TURNS) or {}) do
		local path = TURNS .. "/" .. name
		local file = disk.open(path, "r")
		if file ~= nil then
			local turn = readTurn(decode(file.readAll() or ""))
			file.close()
			if turn == nil then
				disk.delete(path)
			elseif session == nil or turn.sessionId == session then
				turns[#turns + 1] = turn
			end
		end
	end
	table.sort(turns, function(a, b)
		return a.sentAt < b.sentAt
	end)
	return turns
end

return M
