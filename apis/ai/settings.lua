-- The `opencc.*` settings: what each is for, what it may be, and the values that are in force.

local utf8 = require("/apis/trapos/utf8")
local percentEncode, toUtf8 = utf8.percentEncode, utf8.toUtf8
local fail = require("/apis/ai/failure").fail

local M = {}

--- Every setting by name without its prefix `opencc.`.
M.definitions = {
	server_url = {
		description = "Address of the opencode server",
		default = "http://127.0.0.1:4096",
		type = "string",
	},
	link_url = { description = "Address of the bridge", type = "string" },
	link_token = { description = "This computer's token at the bridge", isSecret = true },
	share_screen = {
		description = "Show this screen on the bridge's page",
		default = false,
		type = "boolean",
		choices = { "true", "false" },
	},
	username = { description = "User of the opencode server", default = "opencode" },
	password = { description = "Password of the opencode server", isSecret = true },
	provider_id = { description = "Provider of the model, with model_id" },
	model_id = { description = "Model that answers; unset: the server's" },
	agent = { description = "Agent that answers; unset: the server's" },
	variant = { description = "Variant of the model" },
	directory = { description = "Folder on the server to work in" },
	session_id = { description = "Session that this computer talks in" },
	poll_timeout_seconds = {
		description = "Seconds to wait without any progress",
		default = 300,
		type = "number",
		most = 86400,
	},
	request_timeout_seconds = {
		description = "Seconds that a request may take",
		default = 30,
		type = "number",
		most = 60,
	},
	reset_session_on_timeout = {
		description = "New session after a wait without an answer",
		default = false,
		type = "boolean",
		choices = { "true", "false" },
	},
	profile = {
		description = "What the agent may do: talk, read, build, trusted, server",
		type = "string",
		choices = {
			"talk",
			"read",
			"build",
			"trusted",
			"server",
		},
	},
	permission = {
		description = "Permissions: ask, once, always or reject",
		default = "ask",
		type = "string",
		choices = { "ask", "once", "always", "reject" },
	},
	permission_timeout_seconds = {
		description = "Seconds until what is asked is rejected",
		default = 120,
		type = "number",
		most = 86400,
	},
	lua_exec_max_retries = {
		description = "Corrections of Lua that failed",
		default = 2,
		type = "number",
		least = 0,
		most = 20,
	},
	lua_exec_timeout_seconds = {
		description = "Seconds that Lua of the model's may run",
		default = 60,
		type = "number",
		most = 86400,
	},
}

--- The event by which the link hears that its settings have changed.
M.LINK_CHANGED = "trapos_link_changed"

--- Whether the link to the bridge runs beside the shell, from the next boot on.
M.AUTOSTART = "trapos.autostart.trapos-link"

--- Tells CC's settings API about the settings, for `set` and its completion. Definitions last until the next boot.
function M.define()
	for name, definition in pairs(M.definitions) do
		settings.define("opencc." .. name, definition)
	end
	settings.define(
		M.AUTOSTART,
		{ description = "Hold the link to the bridge beside the shell", default = false, type = "boolean" }
	)
end

--- Removes a user and password from an address, so that it can be shown.
--
-- @param url any address
-- @returns the address without what stands before the @
function M.redact(url)
	return (string.gsub(url, "//[^/]*@", "//"))
end

--- Host and port that an address leads to, as a rule of ComputerCraft's configuration names them.
function M.placeOf(url)
	local scheme, place = string.match(url, "^(https?)://([^/]*)")
	local port = string.match(place, ":(%d+)$")
	local host = string.gsub((string.gsub(place, ":%d+$", "")), "[%[%]]", "")
	return { host = host, port = port or (scheme == "https" and "443" or "80") }
end

local function refuse(name, what)
	local own = M.definitions[name].default
	local example = own == nil and "default" or tostring(own)
	error(fail("bad_setting", { name = "opencc." .. name, what = what, example = example }), 0)
end

--- Whether a setting has a value of its own. `set` takes an empty text where somebody wants none.
function M.isSet(store, name)
	local value = store.get("opencc." .. name)
	if value == nil or value == "" then
		return false
	end
	return store.isSet == nil or store.isSet("opencc." .. name)
end

--- A number, or a text that stands for one.
local function readNumber(name, given, least, most)
	local number = tonumber(given) or -1
	if not (number >= least and number <= most) then
		refuse(name, "is not a number from " .. tostring(least) .. " to " .. tostring(most))
	end
	return number
end

--- One of some texts.
local function readChoice(name, given, choices)
	for _, choice in ipairs(choices) do
		if given == choice then
			return choice
		end
	end
	return refuse(name, "is none of " .. table.concat(choices, ", "))
end

--- An address as requests want it.
local function readAddress(name, given)
	local address = string.gsub(given, "/+$", "")
	if (string.find(address, "^https?://[^/%s?#]+[^%s?#]*$")) == nil then
		refuse(name, "is not an address")
	end

	-- A letter beyond ASCII in its path; the rest is as it has to be.
	return (string.gsub(address, "[^\1-\127]", percentEncode))
end

--- Checks a value of a setting. Fails with `bad_setting`.
--
-- @param name without its prefix
-- @param given as it is stored, or was typed
-- @returns the value that it stands for
function M.readSetting(name, given)
	local definition = M.definitions[name]
	if definition.most ~= nil then
		return readNumber(name, given, definition.least or 1, definition.most)
	end
	if type(given) == "table" or type(given) == "function" then
		refuse(name, "is not a text")
	end
	local text = toUtf8(tostring(given))
	if name == "server_url" or name == "link_url" then
		return readAddress(name, text)
	end
	local choices = definition.choices
	if choices ~= nil then
		return readChoice(name, text, choices)
	end
	return text
end

--- Reads and checks the settings. Fails with `bad_setting`, which names the first one that cannot be used.
--
-- @param store where they are kept
function M.readSettings(store)
	local values = {}
	for name, definition in pairs(M.definitions) do
		local value = store.get("opencc." .. name)
		if value == nil or value == "" then
			value = definition.default
		end
		if value ~= nil then
			values[name] = M.readSetting(name, value)
		end
	end
	if values.provider_id ~= nil and values.model_id ~= nil then
		values.model = tostring(values.provider_id) .. "/" .. tostring(values.model_id)
	end
	return values
end

--- A value as it is stored: of the type that CC's settings API expects, and a text of digits stays one.
local function storedForm(change)
	local name, value = unpack(change, 1, 2)
	local typeModule = M.definitions[name].type
	if typeModule == "number" then
		return tonumber(value)
	end
	if typeModule == "boolean" and value ~= nil then
		return value == "true"
	end
	return value
end

local function put(store, name, value)
	if value == nil then
		store.unset("opencc." .. name)
	else
		store.set("opencc." .. name, value)
	end
end

--- Changes settings, all of them or none. Fails with `bad_setting`, and with `settings_not_saved` where the disk is full.
--
-- @param store where they are kept
-- @param changes each of another setting
function M.changeSettings(store, changes)
	for _, valueModule in ipairs(changes) do
		local name = valueModule[1]
		local value = valueModule[2]
		if value ~= nil then
			M.readSetting(name, value)
		end
	end
	local before = {}
	for _, change in ipairs(changes) do
		local name = change[1]
		if M.isSet(store, name) then
			before[name] = store.get("opencc." .. name)
		end
		put(store, name, storedForm(change))
	end
	if store.save == nil or store.save() ~= false then
		return
	end
	for _, valueModule in ipairs(changes) do
		local name = valueModule[1]
		put(store, name, before[name])
	end
	error(fail("settings_not_saved"), 0)
end

return M
