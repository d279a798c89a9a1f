-- What a player sees of the linking with a bridge: the code that is to be approved, and what came of it.

local decode = require("/apis/trapos/json").decode
local send = require("/apis/trapos/http").send
local ask = require("/apis/trapos/question").ask
local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local reader = require("/apis/trapos/shape").reader
local screen = require("/apis/trapos/screen")
local clearRow, remark, say = screen.clearRow, screen.remark, screen.say
local fail = require("/apis/ai/failure").fail
local settings = require("/apis/ai/settings")
local changeSettings, isSet = settings.changeSettings, settings.isSet
local wait = require("/apis/ai/view/waiting").wait
local readTypedAddress = require("/apis/ai/setup/address").readTypedAddress

local M = {}

--- By a name of its own, as the compiler puts imports first.
local load = require

--- The bridge's own port, where none is named.
local USUAL_PORT = 4097

--- Seconds that a look at a bridge may take.
local LOOK_SECONDS = 10
local readHealth = reader({ bridge = "name" })

--- What pairing needs; loaded for that alone.
function M.pairing()
	return load("/apis/ai/link/pairing")
end

--- Whether what answers at an address is a bridge.
function M.isBridge(url)
	local answer = send({ url = url .. "/health", timeout = LOOK_SECONDS })
	return answer.status == 200 and readHealth(decode(answer.body)) ~= nil
end

--- Shows the code that is to be approved, as it is read out: "ABC DEF".
function M.showCode(code, seconds)
	-- The moving line is there, and goes on below.
	clearRow()
	say("The code of this computer: " .. string.sub(code, 1, 3) .. " " .. string.sub(code, 4))
	remark("On the bridge's host, its owner types:")
	remark("  npm run bridge -- approve " .. code)
	remark(string.format("The code holds for %.0f minutes.", seconds / 60))
end

--- What the agent may do, in words.
local PROFILES = {
	talk = "talks, and does nothing on the host",
	read = "reads the host's folder, no more",
	build = "works on the host, and asks here first",
	trusted = "works on the host without asking",
}

--- Shows what came of it.
function M.showLinked(linked)
	say("Linked with " .. linked.url)
	say("as " .. linked.name .. ", of " .. linked.owner .. ".")
	say("The agent " .. (PROFILES[linked.profile] or "is " .. linked.profile) .. ".")
end

--- Removes opencode's password, of which a computer that is linked has no need, where that is wanted.
--
-- @param isWanted what is to be done without asking; asked for where nothing is said
function M.offerToForgetPassword(store, isWanted)
	if not isSet(store, "password") then
		return
	end
	local isAgreed = isWanted == true
	if isWanted == nil then
		isAgreed = ask("Remove the opencode password from this computer?", true)
	end
	if isAgreed then
		changeSettings(store, { { "password" }, { "username" } })
	else
		remark("opencode's password is still here: ai config password default")
	end
end

--- Links this computer with a bridge at an address that somebody has typed.
function M.linkWith(context, typed)
	local url, problem = readTypedAddress(typed, USUAL_PORT)
	if url == nil then
		error(fail("bad_argument", { what = problem }), 0)
	end
	local link = M.pairing()
	return wait(context.options, function()
		return link.pair(ownSettings(fs), url, M.showCode)
	end)
end

--- Shows what came of that, and offers to remove what it has no need of any more.
function M.showEnd(context, linked)
	M.showLinked(linked)
	local options = context.options
	local isWanted
	if options.answer ~= nil then
		isWanted = options.answer == "yes"
	elseif not options.isAttended then
		isWanted = false
	end
	M.offerToForgetPassword(ownSettings(fs), isWanted)
end

return M
