--- What `ai` needs at boot.
local choice = require("cc.completion").choice
local arguments = require("/apis/ai/arguments")
local session = require("/apis/ai/session")
local define = require("/apis/ai/settings").define
define()
session.recoverSettings(fs)

local function addToPath(a,f)
	local p=a.path()
	if not string.find(":"..p..":",":"..f..":",1,true) then a.setPath(p..":"..f) end
end

addToPath(shell,"/programs")
addToPath(help,"/help")
local names={}
for _,c in ipairs(arguments.commands) do names[#names+1]=c[1] end
local dashed={}
for _,f in ipairs(arguments.flags) do dashed[#dashed+1]="--"..f[1] end
shell.setCompletionFunction("programs/ai.lua",function(_s,i,t,p)
	if t:sub(1,1)=="-" then return choice(t,dashed,true) end
	if i==1 then return choice(t,names,true) end
	return i==2 and p[2]=="help" and choice(t,names) or {}
end)
if #session.pendingTurns(fs)>0 then print("An answer may be waiting. Type: ai resume") end
