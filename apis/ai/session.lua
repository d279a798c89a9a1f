--- What survives a power cut.
local M={}
local json = require("/apis/json")
local reader = require("/apis/shape").reader
local readTurn=reader({
	nonce="id",
	sessionId="id",
	sentAt="time",
	text="text",
	directory="folder",
	["baselineId?"]="id",
	["sent?"]="boolean",
	["model?"]="text",
	["agent?"]="text",
	["variant?"]="text",
	["system?"]="text"
})
local TURNS="/trapos/ai/turns"
local SETTING="opencc.session_id"
local SETTINGS_FILE="/.settings"
local SETTINGS_DRAFT="/.settings.new"

function M.rememberSession(m,i)
	local s=m.store
	m.settings.session_id=i
	if not i then s.unset(SETTING) else s.set(SETTING,i) end
	if s.save then s.save() end
end

function M.ownSettings(d)
	return {
		get=settings.get,
		set=settings.set,
		unset=settings.unset,
		save=function()
			if settings.save(SETTINGS_DRAFT) then
				d.delete(SETTINGS_FILE)
				d.move(SETTINGS_DRAFT,SETTINGS_FILE)
			end
		end
	}
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
			local tu=readTurn(json.decode(f.readAll() or ""))
			f.close()
			if tu then t[#t+1]=tu else d.delete(p) end
		end
	end
	table.sort(t,function(a,b) return a.sentAt<b.sentAt end)
	return t
end

return M
