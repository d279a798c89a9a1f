-- The questions of the setup: each answer is tested as it is given, and asked for again with why where it will not do.
-- Nothing is kept until the last one is answered; then all is, at once.

local choose = require("/apis/trapos/chooser").choose
local outcome = require("/apis/trapos/failure").outcome
local send = require("/apis/trapos/http").send
local readLine = require("/apis/trapos/lineinput").readLine
local during = require("/apis/trapos/progress").during
local screen = require("/apis/trapos/screen")
local remark, say, showFailure = screen.remark, screen.say, screen.fail
local oneLine = require("/apis/trapos/text").oneLine
local testTurn = require("/apis/ai/doctor/testturn").testTurn
local fail = require("/apis/ai/failure").fail
local modelsIn = require("/apis/ai/names").modelsIn
local settings = require("/apis/ai/settings")
local changeSettings, definitions, isSet, readSettings, redact =
	settings.changeSettings, settings.definitions, settings.isSet, settings.readSettings, settings.redact
local readTypedAddress = require("/apis/ai/setup/address").readTypedAddress
local offerSpeaker = require("/apis/ai/setup/speaker").offerSpeaker
local direct = require("/apis/ai/server/direct")

local M = {}

--- By a name of its own, as the compiler puts imports first.
local load = require

--- What links with a bridge, which is a package of its own. Fails where that is not installed.
local function linking()
	if not fs.exists("/apis/ai/setup/linking.lua") then
		error(fail("link_missing"), 0)
	end
	return load("/apis/ai/setup/linking")
end

local SERVERS_CHOICE = "the server's choice"

--- What is to be done about a failure here, in place of what its hint says elsewhere.
local HINTS = {
	cannot_connect = "Start it there with: opencode serve. Or type another address.",
	timed_out = "Look at the server, or type another address.",
	network_error = "Try it again, or type another address.",
	not_opencode = "Type the address that opencode serve prints.",
	unauthorized = "Type its OPENCODE_SERVER_PASSWORD, and its user if it has another.",
	model_error = "Choose another model, or look at the server.",
	no_progress = "Choose another model, or look at the server.",
	slow_start = "Wait a little and try again, or look at the server's log.",
}

--- What leaves the setup at every question.
local LEAVE = "q"

--- Asks for a line. Fails with `left` at `q`; Ctrl+T raises "Terminated".
--
-- @returns without blanks around it, but for a secret, which is taken as it is
local function askLine(prompt, isSecret)
	local typed = readLine({ prompt = prompt, isSecret = isSecret })
	if typed == LEAVE then
		error(fail("left"), 0)
	end
	if isSecret == true then
		return typed
	end
	return (string.match(typed, "^%s*(.-)%s*$"))
end

local function explain(failure)
	showFailure({ message = failure.message, hint = HINTS[failure.code] or failure.hint })
end

--- A setting as it would be.
local function answerOf(setup, name)
	local answer = setup.answers[name]
	if answer == false then
		return nil
	end
	if answer ~= nil then
		return answer
	end
	return isSet(setup.store, name) and tostring(setup.store.get("opencc." .. name)) or nil
end

--- What the server would be talked to with. Raises `bad_setting` for what the setup does not ask for.
local function serverOf(setup)
	local store = {
		get = function(name)
			local key = string.match(name, "^opencc%.(.*)$")
			return answerOf(setup, key)
		end,
		set = function()
			return nil
		end,
		unset = function()
			return nil
		end,
	}
	return {
		settings = readSettings(store),
		store = store,
		disk = setup.disk,
		face = direct,
		learned = {},
		send = send,
		now = function()
			return os.epoch("utc")
		end,
		sleep = sleep,
	}
end

--- Waits for something under the moving line.
local function waiting(doing, act)
	return outcome(function()
		local value
		during(function()
			value = act()
		end, function()
			return doing
		end)
		return value
	end)
end

--- Asks a server what it is; what speaks with it is fetched where it is not there.
local function meet(setup, doing)
	local server = serverOf(setup)
	local ok, value = waiting(doing, function()
		return server.face.health(server)
	end)
	if ok then
		return { version = value.version }
	end
	if value.code == "opencode_2" and offerSpeaker(false) then
		return meet(setup, doing)
	end
	return { problem = value }
end

--- What is at an address for somebody without a password: whether it wants one, or why it will not do.
local function look(setup)
	local nobody = {
		store = setup.store,
		disk = setup.disk,
		answers = { server_url = setup.answers.server_url, password = false },
	}
	return meet(nobody, "looking for the server")
end

--- Links the computer with a bridge. What the setup was to ask for is the bridge's owner's to say.
local function linkWith(setup, url)
	if answerOf(setup, "link_url") == url and isSet(setup.store, "link_token") then
		say("This computer is linked with that bridge.", colours.lime)
		return { link_url = url }
	end
	say("A bridge answers.", colours.lime)
	local pairsModule = linking().pairing()
	local ok, value = waiting("waiting for somebody to approve", function()
		return pairsModule.pair(setup.store, url, linking().showCode)
	end)
	if not ok then
		error(value, 0)
	end
	linking().showLinked(value)
	linking().offerToForgetPassword(setup.store)
	return { link_url = url }
end

--- Asks for the address until there is an opencode, or a bridge.
--
-- @returns whether an opencode wants a password; or the end of the setup, where there is a bridge
local function askAddress(setup)
	local before = answerOf(setup, "link_url")
		or answerOf(setup, "server_url")
		or definitions.server_url.default
	while true do
		do
			local __continue30
			repeat
				local typed = askLine("Address of the server [" .. redact(before) .. "]: ")
				local url = before
				local problem
				if typed ~= "" then
					url, problem = readTypedAddress(typed)
				end
				if url == nil then
					say(problem, colours.red)
					__continue30 = true
					break
				end
				setup.answers.server_url = url
				local found = look(setup)
				if found.problem == nil then
					say("opencode " .. tostring(found.version) .. " answers.", colours.lime)
					return false
				end
				if found.problem.code == "unauthorized" then
					remark("A server answers, and wants a password.")
					return true
				end
				if found.problem.code == "not_opencode" then
					local address = url
					local isSeen, isThere = waiting("looking for a bridge", function()
						return linking().isBridge(address)
					end)
					if isSeen and isThere then
						return linkWith(setup, address)
					end
				end
				explain(found.problem)
				__continue30 = true
			until true
			if not __continue30 then
				break
			end
		end
	end
end

--- Asks for the password until it is right; false where something else is wrong with the server.
local function askPassword(setup)
	local isFirst = true
	while true do
		do
			local __continue39
			repeat
				if not isFirst then
					local user = answerOf(setup, "username") or definitions.username.default
					local typed = askLine("User [" .. oneLine(user) .. "]: ")
					if typed ~= "" then
						setup.answers.username = typed
					end
				end
				isFirst = false
				local before = answerOf(setup, "password")
				local typed = askLine(before == nil and "Password: " or "Password [as it is]: ", true)
				if typed ~= "" then
					setup.answers.password = typed
				end
				if typed == "" and before == nil then
					say("This server wants one: its OPENCODE_SERVER_PASSWORD.", colours.red)
					__continue39 = true
					break
				end
				local found = meet(setup, "trying the password")
				local problem = found.problem
				if problem == nil then
					say("opencode " .. tostring(found.version) .. " takes it.", colours.lime)
					return true
				end
				explain(problem)
				if problem.code ~= "unauthorized" then
					return false
				end
				__continue39 = true
			until true
			if not __continue39 then
				break
			end
		end
	end
end

--- Has a model chosen. Fails with `left` at `q`.
--
-- @param models those of the server
-- @param before the one that was chosen before, if any
-- @returns its name, or `SERVERS_CHOICE`
local function chooseModel(models, before)
	local names = { SERVERS_CHOICE }
	local index = 1
	for _, name in ipairs(models) do
		table.insert(names, name)
		if name == before then
			index = #names
		end
	end
	local isGone = before ~= nil and index == 1
	local choice = choose({
		title = isGone and "Model (no " .. before .. " here)" or "Model",
		rows = function()
			local rows = {}
			for place, name in ipairs(names) do
				table.insert(rows, (place == index and not isGone and "*" or " ") .. oneLine(name))
			end
			return rows
		end,
		enter = "use",
		index = index,
	})
	if choice == nil then
		error(fail("left"), 0)
	end
	return names[choice.index]
end

--- Asks for a model of the server's. Where these cannot be listed it stays as it is.
local function askModel(setup)
	local server = serverOf(setup)
	local ok, value = waiting("asking for its models", function()
		return modelsIn(server.face.readList(server, "providers", server.settings.directory))
	end)
	if not ok then
		explain(value)
		return
	end
	local name = chooseModel(value, server.settings.model)
	say("Model: " .. name)
	local provider, model = string.match(name, "^([^/]+)/(.+)$")
	if provider ~= nil and name ~= SERVERS_CHOICE then
		setup.answers.provider_id = provider
		setup.answers.model_id = model
	else
		setup.answers.provider_id = false
		setup.answers.model_id = false
	end
end

--- Has the model answer, and asks for another one until it does, or the player wants it as it is.
local function test(setup)
	while true do
		askModel(setup)
		local server = serverOf(setup)
		local url = redact(server.settings.server_url)
		local ok, value = waiting("asking the model for a pong", function()
			return testTurn(server, server.settings.request_timeout_seconds)
		end)
		if ok then
			say(string.format("The model answers (%.1f s).", value.seconds), colours.lime)
			return { server_url = url, model = value.model, seconds = value.seconds }
		end
		explain(value)
		local typed = askLine("Enter: other model, s: save, q: leave > ")
		if typed == "s" then
			return { server_url = url }
		end
	end
end

--- Keeps the answers, all at once.
local function save(setup)
	local changes = {}
	local isOther = setup.store.get("opencc.server_url") ~= setup.answers.server_url

	-- A session of another server's would only be told to be gone.
	if isOther and isSet(setup.store, "server_url") then
		setup.answers.session_id = false
	end
	for name, answer in pairs(setup.answers) do
		if answer == false then
			table.insert(changes, { name })
		elseif answer ~= nil then
			table.insert(changes, { name, answer })
		end
	end
	if isSet(setup.store, "link_url") then
		linking().pairing().unlink(setup.store)
	end
	changeSettings(setup.store, changes)
end

--- Asks all of it. Raises `left` where the player does not want to go on; nothing is changed then, as after Ctrl+T.
--
-- @param store the settings
-- @param disk where the test's turn is written down
function M.setUp(store, disk)
	local setup = { store = store, disk = disk, answers = {} }
	say("Enter keeps what stands in [ ], q leaves all as it was.")
	say("Type the address of a bridge, or of opencode.")
	local isReady = false
	local isOpen = false
	while not isReady do
		local found = askAddress(setup)
		if type(found) == "table" then
			return found
		end
		isOpen = found == false
		isReady = isOpen or askPassword(setup)
	end
	local done = test(setup)

	-- Not before: the list of models takes the whole screen.
	if isOpen then
		remark("The server wants no password: it obeys whoever reaches it.")
	end
	save(setup)
	return done
end

--- Fails where nobody is there to answer.
function M.requirePlayer(isAttended)
	if not isAttended then
		error(fail("nobody_answers"), 0)
	end
end

return M
