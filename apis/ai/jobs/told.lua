-- Of which jobs this computer's player was told, beyond a power cut: each end, and each question, in one line and once. The
-- last ones alone: the bridge tells again of what it was not heard of, and of nothing else.

local json = require("/apis/trapos/json")
local decode, encode = json.decode, json.encode
local reader = require("/apis/trapos/shape").reader
local writeText = require("/apis/trapos/wholefile").writeText

local M = {}
local FILE = "/trapos/ai/jobs.json"

--- So many are kept of either.
local MOST = 50

--- Comes when a job was looked at by its player: its number. What is about to be told of it need not be.
M.SEEN = "trapos_job_seen"
local readTold = reader({
	["ended?"] = { "some", "count" },
	["asked?"] = { "some", { number = "count", asks = "message" } },
})

local function read(disk)
	local file = disk.open(FILE, "r")
	if file == nil then
		return {}
	end
	local text = file.readAll() or ""
	file.close()
	return readTold(decode(text)) or {}
end

--- A list with one more at its end, and without those at its beginning that are too many.
local function added(list, entry)
	local entries = {}
	for _, one in ipairs(list or {}) do
		table.insert(entries, one)
	end
	table.insert(entries, entry)
	while #entries > MOST do
		table.remove(entries, 1)
	end
	return entries
end

--- Whether the player was told.
--
-- @param asks what the job asks; nothing where it has ended
function M.wasTold(disk, number, asks)
	local told = read(disk)
	if asks == nil then
		for _, one in ipairs(told.ended or {}) do
			if one == number then
				return true
			end
		end
		return false
	end
	for _, one in ipairs(told.asked or {}) do
		if one.number == number and one.asks == asks then
			return true
		end
	end
	return false
end

--- Keeps that the player was told. On a full disk it is told once more some time.
function M.noteTold(disk, number, asks)
	if M.wasTold(disk, number, asks) then
		return
	end
	local told = read(disk)
	local ended = told.ended
	local asked = told.asked
	if asks == nil then
		ended = added(ended, number)
	else
		asked = added(asked, { number = number, asks = asks })
	end
	pcall(writeText, disk, FILE, encode({ ended = ended, asked = asked }))
end

--- Keeps that the player has seen a job's end, and says so to whoever is about to tell of it.
function M.noteSeen(disk, number)
	M.noteTold(disk, number)
	os.queueEvent(M.SEEN, number)
end

--- Forgets all of it: another bridge has jobs of the same numbers.
function M.forgetTold(disk)
	pcall(disk.delete, FILE)
end

return M
