--- What `ai` needs at boot.
local choice = require("cc.completion").choice
local load = require
for f,a in pairs({programs=shell,help=help}) do
	local p=a.path()
	if not string.find(":"..p..":",":/"..f..":",1,true) then a.setPath(p..":/"..f) end
end
local names={}
local dashed={}
local isWaiting=false
local isWhole=pcall(function()
	load("/apis/ai/settings").define()
	local s=load("/apis/ai/session")
	s.recoverSettings(fs)
	isWaiting=#s.pendingTurns(fs)>0
	local k=load("/apis/ai/arguments")
	for _,c in ipairs(k.commands) do names[#names+1]=c[1] end
	for _,f in ipairs(k.flags) do dashed[#dashed+1]="--"..f[1] end
end)
if not isWhole then error("ai is damaged. Mend it: ccpm verify --fix",0) end
shell.setCompletionFunction("programs/ai.lua",function(_s,i,t,p)
	if t:sub(1,1)=="-" then return choice(t,dashed,true) end
	if i==1 then return choice(t,names,true) end
	return i==2 and p[2]=="help" and choice(t,names) or {}
end)
if isWaiting then print("An answer may be waiting. Type: ai resume") end
