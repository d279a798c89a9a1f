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
	username = { description = "User of the opencode server", default = "opencode" },
	password = { description = "Password of the opencode server" },
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

--- Tells CC's settings API about the settings, for `set` and its completion. Definitions last until the next boot.
function M.define()
	for name, definition in pairs(M.definitions) do
		settings.define("opencc." .. name, definition)
	end
end

--- Changes settings, and keeps them beyond the next boot.
--
-- @param store where they are kept
-- @param changes names without the prefix `opencc.`, each with its value; without one it goes back to its default
function M.changeSettings(store, changes)
	for _, change in ipairs(changes) do
		local name = "opencc." .. change[1]
		if change[2] == nil then
			store.unset(name)
		else
			store.set(name, change[2])
		end
	end
	if store.save ~= nil then
		store.save()
	end
end

--- Removes a user and password from an address, so that it can be shown.
--
-- @param url any address
-- @returns the address without what stands before the @
function M.redact(url)
	return (string.gsub(url, "//[^/@]*@", "//"))
end

local function refuse(name, what)
	local example = M.definitions[name].default
	error(fail("bad_setting", { name = "opencc." .. name, what = what, example = example }), 0)
end

--- Refuses a text that is none of those that a setting may be.
local function checkChoice(name, choices, value)
	for _, choice in ipairs(choices) do
		if choice == value then
			return
		end
	end
	refuse(name, "is none of " .. table.concat(choices, ", "))
end

--- Reads and checks the settings. Fails with `bad_setting`, which names the first one that cannot be used.
--
-- @param store where they are kept
function M.readSettings(store)
	local values = {}
	for name, definition in pairs(M.definitions) do
		local value = store.get("opencc." .. name)

		-- `set` takes an empty text where somebody wants none.
		if value == nil or value == "" then
			value = definition.default
		end
		local most = definition.most
		if most ~= nil then
			local number = tonumber(value) or -1
			local least = definition.least or 1
			if not (number >= least and number <= most) then
				refuse(name, "is not a number from " .. tostring(least) .. " to " .. tostring(most))
			end
			values[name] = number
		elseif value ~= nil then
			if type(value) == "table" or type(value) == "function" then
				refuse(name, "is not a text")
			end
			values[name] = toUtf8(tostring(value))
			if definition.choices ~= nil then
				checkChoice(name, definition.choices, values[name])
			end
		end
	end
	local address = string.gsub(values.server_url or "", "/+$", "")
	if (string.find(address, "^https?://[^/%s?#]+[^%s?#]*$")) == nil then
		refuse("server_url", "is not an address")
	end

	-- A letter beyond ASCII in its path; the rest is as it has to be.
	local escaped = string.gsub(address, "[^\1-\127]", percentEncode)
	values.server_url = escaped
	if values.provider_id ~= nil and values.model_id ~= nil then
		values.model = tostring(values.provider_id) .. "/" .. tostring(values.model_id)
	end
	return values
end

return M
