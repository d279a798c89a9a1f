--- What survives a power cut.
local M={}
local json = require("/apis/json")
local TURNS="/trapos/ai/turns"
local SETTING="opencc.session_id"
local SETTINGS_FILE="/.settings"
local SETTINGS_DRAFT="/.settings.new"

function M.rememberSession(m,i)
	m.settings.session_id=i
	if not i then m.store.unset(SETTING) else m.store.set(SETTING,i) end
	if settings.save(SETTINGS_DRAFT) then
		m.disk.delete(SETTINGS_FILE)
		m.disk.move(SETTINGS_DRAFT,SETTINGS_FILE)
	end
end

function M.recoverSettings(d)
	if not d.exists(SETTINGS_DRAFT) then return end
	if d.exists(SETTINGS_FILE) then
		d.delete(SETTINGS_DRAFT)
	else
		d.move(SETTINGS_DRAFT,SETTINGS_FILE)
		settings.load(SETTINGS_FILE)
	end
end

local function pathOf(n) return TURNS.."/"..n..".json" end

function M.recordTurn(d,t)
	local p=pathOf(t.nonce)
	local i=pcall(function()
		local f,pr=d.open(p,"w")
		if not f then error(pr,0) end
		f.write(json.encode(t))
		f.close()
	end)
	if not i then pcall(function() d.delete(p) end) end
	return i
end

function M.forgetTurn(d,n) d.delete(pathOf(n)) end

function M.pendingTurns(d)
	local t={}
	for _,n in ipairs(d.exists(TURNS) and d.list(TURNS) or {}) do
		local p=TURNS.."/"..n
		local f=d.open(p,"r")
		if f then
			local tu=json.decode(f.readAll() or "")
			f.close()
			local i=type(tu)=="table" and type(tu.nonce)=="string"
			if i and type(tu.sessionId)=="string" and type(tu.sentAt)=="number" then
				t[#t+1]=tu
			else
				d.delete(p)
			end
		end
	end
	table.sort(t,function(a,b) return a.sentAt<b.sentAt end)
	return t
end

return M
