--- The `opencc.*` settings.
local M={}
local utf8 = require("/apis/utf8")
local fail = require("/apis/ai/failure").fail
M.definitions={
	server_url={description="Address of the opencode server",default="http://127.0.0.1:4096",type="string"},
	username={description="User of the opencode server",default="opencode"},
	password={description="Password of the opencode server"},
	provider_id={description="Provider of the model, with model_id"},
	model_id={description="Model that answers; unset: the server's"},
	agent={description="Agent that answers; unset: the server's"},
	variant={description="Variant of the model"},
	directory={description="Folder on the server to work in"},
	session_id={description="Session that this computer talks in"},
	poll_timeout_seconds={
		description="Seconds to wait without any progress",
		default=300,
		type="number",
		most=86400
	},
	request_timeout_seconds={description="Seconds that a request may take",default=30,type="number",most=60},
	reset_session_on_timeout={
		description="New session after a wait without an answer",
		default=false,
		type="boolean"
	}
}

function M.define()
	for n,d in pairs(M.definitions) do settings.define("opencc."..n,d) end
end

function M.redact(u) return (u:gsub("//[^/@]*@","//")) end

local function refuse(n,w)
	local e=M.definitions[n].default
	return false,fail("bad_setting",{name="opencc."..n,what=w,example=e})
end

function M.readSettings(s)
	local v={}
	for n,d in pairs(M.definitions) do
		local va=s.get("opencc."..n)
		if va==nil or va=="" then va=d.default end
		local m=d.most
		if m then
			local nu=tonumber(va) or 0
			if not (nu>=1 and nu<=m) then return refuse(n,"is not a number from 1 to "..m) end
			v[n]=nu
		elseif va~=nil then
			if type(va)=="table" or type(va)=="function" then return refuse(n,"is not a text") end
			v[n]=utf8.toUtf8(tostring(va))
		end
	end
	local a=string.gsub(v.server_url or "","/+$","")
	if not a:find("^https?://[^/%s?#]+[^%s?#]*$") then return refuse("server_url","is not an address") end
	local e=a:gsub("[^\1-\127]",utf8.percentEncode)
	v.server_url=e
	if v.provider_id and v.model_id then v.model=v.provider_id.."/"..v.model_id end
	return true,v
end

return M
