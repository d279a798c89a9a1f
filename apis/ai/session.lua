--- What survives a power cut.
local M = {}
local json = require("/apis/json")
local TURNS = "/trapos/ai/turns"
local SETTING = "opencc.session_id"
local SETTINGS_FILE = "/.settings"
local SETTINGS_DRAFT = "/.settings.new"

function M.rememberSession(store, disk, id)
	if not id then store.unset(SETTING) else store.set(SETTING, id) end
	if settings.save(SETTINGS_DRAFT) then
		disk.delete(SETTINGS_FILE)
		disk.move(SETTINGS_DRAFT, SETTINGS_FILE)
	end
end

function M.recoverSettings(disk)
	if not disk.exists(SETTINGS_DRAFT) then return end
	if disk.exists(SETTINGS_FILE) then
		disk.delete(SETTINGS_DRAFT)
	else
		disk.move(SETTINGS_DRAFT, SETTINGS_FILE)
		settings.load(SETTINGS_FILE)
	end
end

local function pathOf(nonce) return TURNS .. "/" .. nonce .. ".json" end

function M.recordTurn(disk, turn)
	pcall(function()
		local file, problem = disk.open(pathOf(turn.nonce), "w")
		if not file then error(problem, 0) end
		file.write(json.encode(turn))
		file.close()
	end)
end

function M.forgetTurn(disk, nonce) disk.delete(pathOf(nonce)) end

function M.pendingTurns(disk)
	local turns = {}
	for _, name in ipairs(disk.exists(TURNS) and disk.list(TURNS) or {}) do
		local path = TURNS .. "/" .. name
		local file = disk.open(path, "r")
		if file then
			local turn = json.decode(file.readAll() or "")
			file.close()
			local isTurn = type(turn) == "table" and type(turn.nonce) == "string"
			if isTurn and type(turn.sessionId) == "string" then
				turns[#turns + 1] = turn
			else
				disk.delete(path)
			end
		end
	end
	table.sort(turns, function(a, b) return a.sentAt < b.sentAt end)
	return turns
end

return M
