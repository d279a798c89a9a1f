--- Registries.
local M = {}
local decode = require("/apis/json").decode
local fail = require("/apis/ccpm/failure").fail
local formats = require("/apis/ccpm/formats")
local sha256 = require("/apis/ccpm/sha256").sha256
local match = string.match
local LONGEST = 200
local INDEX_PATH = "packages/index.json"

function M.baseUrl(registry)
	local address = match(registry, "^(https?://[%w%[][%w%[%]:/@%%._~+-]-)/*$")
	local repository, at, branch = match(registry, "^([%w-]+/[%w._-]+)(@?)([%w._/-]*)$")
	local base = address
	if repository and (at == "") == (branch == "") then
		base = "https://raw.githubusercontent.com/" .. repository .. "/"
			.. (branch == "" and "HEAD" or branch)
	end
	if not base or #registry > LONGEST then
		return false, fail("bad_registry", {registry = registry:sub(1, 40)})
	end
	return true, base .. "/"
end

local function fetchText(fetch, base, registry, path)
	local answer = fetch(base .. path)
	local status = answer.status
	local reason = answer.reason
	if status == 200 then return true, answer.body end
	local code = "server_error"
	if status == 404 then code = path == INDEX_PATH and "no_index" or "file_missing" end
	if not status then code = "network_error" end
	if reason == "http is disabled" then code = "http_disabled" end
	if reason == "Domain not permitted" then code = "address_denied" end
	return false, fail(code, {registry = registry, path = path, status = status, what = reason})
end

function M.fetchIndex(registry, fetch)
	local ok, base = M.baseUrl(registry)
	if not ok then return false, base end
	local fetched, text = fetchText(fetch, base, registry, INDEX_PATH)
	if not fetched then return false, text end
	local what = "it is too large"
	if #text <= formats.INDEX_BYTES then
		local valid, index = formats.checkIndex(decode(text))
		if valid then return true, index end
		what = index
	end
	return false, fail("bad_index", {registry = registry, what = what})
end

function M.fetchFile(change, fetch)
	local to = change.to
	local path = change.path
	local registry = change.registry
	local _, base = M.baseUrl(registry)
	local ok, content = fetchText(fetch, base, registry, path)
	if not ok then return false, content end
	if #content == to.size and sha256(content) == to.sha256 then return true, content end
	return false, fail("wrong_content", {registry = registry, path = path})
end

return M
