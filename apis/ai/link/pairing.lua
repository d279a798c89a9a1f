-- Links this computer with a bridge: it shows a code, and gets a token of its own once somebody on the host has approved that.

local send = require("/apis/trapos/http").send
local json = require("/apis/trapos/json")
local decode, encode = json.decode, json.encode
local reader = require("/apis/trapos/shape").reader
local fail = require("/apis/ai/failure").fail
local forgetTold = require("/apis/ai/jobs/told").forgetTold
local settings = require("/apis/ai/settings")
local AUTOSTART, changeSettings, isSet, LINK_CHANGED, placeOf =
	settings.AUTOSTART, settings.changeSettings, settings.isSet, settings.LINK_CHANGED, settings.placeOf
local whyFailed = require("/apis/ai/link/problems").whyFailed
local pairingAnswers = require("/apis/ai/link/frames").pairingAnswers

local M = {}

--- Seconds that a request may take, and between two looks at whether somebody has approved.
local REQUEST_SECONDS = 15
local LOOK_SECONDS = 2
local readOffer = reader(pairingAnswers.offer)
local readState = reader(pairingAnswers.state)
local readRefusal = reader(pairingAnswers.refusal)

--- Asks the bridge for something. Fails where it does not answer, or is none.
local function request(url, path, body, read)
	local answer = send({
		url = url .. path,
		method = "POST",
		headers = { ["Content-Type"] = "application/json" },
		body = encode(body),
		timeout = REQUEST_SECONDS,
	})
	local status = answer.status
	if status == nil then
		local reason = answer.reason or ""
		local place = placeOf(url)
		error(fail(whyFailed(reason), { url = url, what = reason, host = place.host, port = place.port }), 0)
	end
	local value = decode(answer.body)
	local refusal = readRefusal(value)
	if status ~= 200 and refusal ~= nil then
		if refusal.code == "expired" then
			error(fail("code_expired", { url = url }), 0)
		end
		error(fail("forbidden", { what = refusal.message }), 0)
	end
	local given
	if status == 200 then
		given = read(value)
	end
	if given == nil then
		error(fail("not_bridge", { url = url }), 0)
	end
	return given
end

--- Keeps the token, and what belongs to it. A session of before is none of the bridge's.
local function keep(store, url, token)
	local changes = { { "link_url", url }, { "link_token", token }, { "session_id" } }
	store.set(AUTOSTART, true)
	changeSettings(store, changes)
	forgetTold(fs)
	os.queueEvent(LINK_CHANGED)
end

--- Links the computer. Fails with `code_expired` where nobody approves in time, and where the bridge cannot be asked.
--
-- @param store where the token is kept
-- @param url the bridge's address
-- @param showCode is told the code that is to be approved, and for how many seconds it can be
function M.pair(store, url, showCode)
	local label = os.getComputerLabel()
	local offer = request(url, "/pair", {
		computer = os.getComputerID(),
		label = label,
	}, readOffer)
	showCode(offer.code, offer.seconds)
	local state = request(url, "/pair/state", { secret = offer.secret }, readState)
	while state.token == nil do
		sleep(LOOK_SECONDS)
		state = request(url, "/pair/state", { secret = offer.secret }, readState)
	end
	keep(store, url, state.token)
	return { url = url, name = state.name or "", owner = state.owner or "", profile = state.profile or "" }
end

--- Forgets the bridge; false where there was none.
function M.unlink(store)
	local wasLinked = isSet(store, "link_url") or isSet(store, "link_token")
	local changes = { { "link_url" }, { "link_token" }, { "session_id" } }
	if wasLinked then
		store.unset(AUTOSTART)
		changeSettings(store, changes)
	end
	os.queueEvent(LINK_CHANGED)
	return wasLinked
end

return M
