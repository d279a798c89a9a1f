--- Registries.
local M = {}
local decode = require("/apis/json").decode
local fail = require("/apis/ccpm/failure").fail
local formats = require("/apis/ccpm/formats")
local sha256 = require("/apis/ccpm/sha256").sha256
local match = string.match
local LONGEST = 200
local INDEX_PATH = "packages/index.json"
local REASONS = {
	["http is disabled"] = "http_disabled",
	["Domain not permitted"] = "address_denied",
	["Timed out"] = "timed_out",
	["Could not connect"] = "cannot_connect",
	["Unknown host"] = "cannot_connect"
}

function M.baseUrl(registry)
	local address = match(registry, "^(https?://[%w%[][%w%[%]:/@%%._~+-]-)/*$")
	local owner, repository, at, branch = match(registry, "^([%w-]+)/([%w._-]+)(@?)([%w._/-]*)$")
	local isOnGitHub = owner ~= nil and (at == "") == (branch == "")
	if #registry > LONGEST or not address and not isOnGitHub then
		return false, fail("bad_registry", {registry = registry:sub(1, 40)})
	end
	if address then return true, address .. "/" end
	local place = branch == "" and "HEAD" or branch
	return true, "https://raw.githubusercontent.com/" .. owner .. "/" .. repository .. "/" .. place .. "/"
end

local function fetchText(fetch, url, registry, path, missing)
	local fetch_result_0 = fetch(url)
	local status = fetch_result_0.status
	local body = fetch_result_0.body
	local reason = fetch_result_0.reason
	if status == 200 then return true, body end
	if not status then
		return false, fail(REASONS[reason or ""] or "network_error", {registry = registry, what = reason})
	end
	return false, fail(status == 404 and missing or "server_error", {
		registry = registry,
		path = path,
		status = status
	})
end

function M.fetchIndex(registry, fetch)
	local ok, base = M.baseUrl(registry)
	if not ok then return false, base end
	local fetched, text = fetchText(fetch, base .. INDEX_PATH, registry, INDEX_PATH, "no_index")
	if not fetched then return false, text end
	if #text > formats.INDEX_BYTES then
		return false, fail("bad_index", {registry = registry, what = "it is too large"})
	end
	local valid, index = formats.checkIndex(decode(text))
	if not valid then return false, fail("bad_index", {registry = registry, what = index}) end
	return true, index
end

function M.fetchFile(change, fetch)
	local registry = change.registry
	local path = change.path
	local _, base = M.baseUrl(registry)
	local ok, content = fetchText(fetch, base .. path, registry, path, "file_missing")
	if not ok then return false, content end
	if #content ~= change.to.size or sha256(content) ~= change.to.sha256 then
		return false, fail("wrong_content", {registry = registry, path = path})
	end
	return true, content
end

return M
