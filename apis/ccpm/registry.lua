-- Registries: where one is found, and what it serves.

local raise = require("/apis/ccpm/failure").raise
local plain = require("/apis/ccpm/checking").plain
local formats = require("/apis/ccpm/formats")
local checkIndex, INDEX_BYTES = formats.checkIndex, formats.INDEX_BYTES
local sha256 = require("/apis/ccpm/sha256").sha256

local M = {}
local match = string.match

--- What the formats of ccpm's files hold of a registry.
local LONGEST = 200
local INDEX_PATH = "packages/index.json"

--- Where a registry's files are.
--
-- @param registry an http(s) URL, also that of its install.lua, or `owner/repo[@branch]` of GitHub, also as the address of its page
-- @returns the URL, which ends in "/"; nothing where it is no registry's address
function M.addressOf(registry)
	local address =
		match((string.gsub(registry, "/install%.lua$", "")), "^(https?://[%w%[][%w%[%]:/@%%._~+-]-)/*$")
	local page = match(registry, "^https://github%.com/(.-)/*$")
	local repository, at, branch = match(
		page == nil and registry or (string.gsub(page, "%.git$", "")),
		"^([%w-]+/[%w._-]+)(@?)([%w._/-]*)$"
	)
	local base = address
	if repository ~= nil and at == "" == (branch == "") then
		base = "https://raw.githubusercontent.com/"
			.. repository
			.. "/"
			.. (branch == "" and "HEAD" or branch)
	end
	return not (base == nil or #registry > LONGEST) and base .. "/" or nil
end

--- The same, which fails with `bad_registry` where it is no registry's address.
function M.baseUrl(registry)
	return M.addressOf(registry) or raise("bad_registry", { registry = string.sub(registry, 1, 40) })
end

local function fetchText(fetch, base, registry, path)
	local answer = fetch(base .. path)
	local status = answer.status
	local reason = answer.reason
	if status == 200 then
		return answer.body
	end
	local code = "server_error"
	if status == 401 or status == 403 then
		code = "no_entry"
	end
	if status == 404 then
		code = path == INDEX_PATH and "no_index" or "file_missing"
	end
	if status == nil then
		code = "network_error"
	end
	if reason == "http is disabled" then
		code = "http_disabled"
	end
	if reason == "Domain not permitted" then
		code = "address_denied"
	end
	return raise(code, { registry = registry, path = path, status = status, what = reason })
end

--- Where in a text a reader stopped, as a person looks for it: "line 3, column 7, at: // doors".
local function placeIn(text, position)
	local before = string.sub(text, 1, position - 1)
	local line, breaks = string.gsub(before, "[^\n]*\n", "")
	local place = "line " .. tostring(breaks + 1) .. ", column " .. tostring(#line + 1)
	local rest = string.match(string.sub(text, position, position + 30), "^%s*([^\r\n]*)")
	return rest == "" and "it ends at " .. place or place .. ", at: " .. plain(rest)
end

--- What some editors begin a file of UTF-8 with.
local BYTE_ORDER_MARK = string.char(239, 187, 191)

--- Whether a text begins as one of UTF-16 does, with its own mark or with half of a character of ASCII.
local function isUtf16(text)
	local first, second = string.byte(text, 1, 2)
	return first == 0 or second == 0 or first == 255 and second == 254 or first == 254 and second == 255
end

--- CC's reader: what a text holds, or undefined and why it cannot be read.
local readStrictly = textutils.unserializeJSON

--- Reads JSON as people write it: what it holds, or undefined and what keeps it from being read.
local function readJson(given)
	local text = string.sub(given, 1, 3) == BYTE_ORDER_MARK and string.sub(given, 4) or given
	if isUtf16(text) then
		return nil, "it is UTF-16, not UTF-8"
	end
	local value
	local problem
	local ok = pcall(function()
		value, problem = readStrictly(text, { parse_empty_array = false })
	end)
	if not ok then
		return nil, "it is nested too deeply"
	end
	if problem == nil then
		return value
	end
	local position = string.match(problem, "position (%d+)")
	return nil, position == nil and plain(problem) or placeIn(text, tonumber(position))
end

--- Fetches what a registry offers, in one request.
--
-- @param registry as the player wrote it
-- @param fetch fetches a URL
-- @returns what it offers, checked
function M.fetchIndex(registry, fetch)
	local text = fetchText(fetch, M.baseUrl(registry), registry, INDEX_PATH)
	if #text > INDEX_BYTES then
		raise("bad_index", { registry = registry, what = "it is too large" })
	end
	local value, problem = readJson(text)
	if problem ~= nil then
		raise("not_json", { registry = registry, what = problem })
	end
	local valid, offers, isNewer = checkIndex(value)
	if valid then
		return offers
	end
	return raise(isNewer and "newer_index" or "bad_index", { registry = registry, what = offers })
end

--- Fetches a file and compares it with what its registry said of it.
--
-- @param change a change that has `to` and `registry`
-- @param fetch fetches a URL
-- @returns the file's bytes
function M.fetchFile(change, fetch)
	local to = change.to
	local path = change.path
	local registry = change.registry
	local content = fetchText(fetch, M.baseUrl(registry), registry, path)
	if #content == to.size and sha256(content) == to.sha256 then
		return content
	end
	return raise("wrong_content", { registry = registry, path = path })
end

return M
