--- The `opencc.*` settings.
local M = {}
local fail = require("/apis/ai/failure").fail
M.definitions = {
	server_url = {
		description = "Address of the opencode server",
		default = "http://127.0.0.1:4096",
		type = "string"
	},
	username = {description = "User of the opencode server", default = "opencode"},
	password = {description = "Password of the opencode server"},
	provider_id = {description = "Provider of the model, with model_id"},
	model_id = {description = "Model that answers; unset: the server's"},
	agent = {description = "Agent that answers; unset: the server's"},
	variant = {description = "Variant of the model"},
	directory = {description = "Folder on the server to work in"},
	session_id = {description = "Session that this computer talks in"},
	poll_timeout_seconds = {
		description = "Seconds to wait without any progress",
		default = 300,
		type = "number",
		most = 86400
	},
	request_timeout_seconds = {
		description = "Seconds that a request may take",
		default = 30,
		type = "number",
		most = 60
	},
	reset_session_on_timeout = {
		description = "New session after a wait without an answer",
		default = false,
		type = "boolean"
	}
}

function M.define()
	for name, definition in pairs(M.definitions) do settings.define("opencc." .. name, definition) end
end

function M.redact(url) return (url:gsub("//[^/@]*@", "//")) end

local function refuse(name, what)
	local example = M.definitions[name].default
	return false, fail("bad_setting", {name = "opencc." .. name, what = what, example = example})
end

function M.readSettings(store)
	local values = {}
	for name, definition in pairs(M.definitions) do
		local value = store.get("opencc." .. name)
		if value == nil then value = definition.default end
		local most = definition.most
		if most then
			local number = tonumber(value) or 0
			if not (number >= 1 and number <= most) then
				return refuse(name, "is not a number from 1 to " .. most)
			end
			values[name] = number
		elseif value and value ~= "" then
			values[name] = tostring(value)
		end
	end
	local address = string.gsub(values.server_url or "", "/+$", "")
	if not address:find("^https?://[^/%s?#]+[^%s?#]*$") then
		return refuse("server_url", "is not an address")
	end
	values.server_url = address
	if values.provider_id and values.model_id then
		values.model = values.provider_id .. "/" .. values.model_id
	end
	return true, values
end

return M
