--- What ccpm knows, in its files under /trapos.
local M = {}
local json = require("/apis/json")
local fail = require("/apis/ccpm/failure").fail
local finish = require("/apis/ccpm/finish")
local formats = require("/apis/ccpm/formats")
M.LOCK = "trapos/ccpm.lock.json"
M.CONFIGURATION = "trapos/ccpm.json"
M.CACHE = "trapos/ccpm.cache.json"
local REMEDIES = {
	[M.LOCK] = "install <what you had>",
	[M.CONFIGURATION] = "registry add <registry>",
	[M.CACHE] = "update"
}
local EMPTY = {version = 1, registries = {}, packages = {}}

local function readFile(disk, path, check, notes)
	if disk.exists(path) then
		local ok, value, newer = check(json.decode(finish.read(disk, path)))
		if ok then return value end
		if newer then error(fail("newer_format", {path = path}), 0) end
		local aside = finish.freeName(disk, path .. ".broken")
		local moved, problem = pcall(disk.move, path, aside)
		if not moved then error(fail("cannot_write", {path = path, what = finish.reasonOf(problem)}), 0) end
		notes[#notes + 1] = path .. " cannot be read (" .. value .. "). It was set aside as " .. aside
			.. ". Type: ccpm " .. REMEDIES[path]
	end
	local _, empty = check(EMPTY)
	return empty
end

function M.readState(disk, notes)
	return pcall(function()
		return {
			configuration = readFile(disk, M.CONFIGURATION, formats.checkConfiguration, notes),
			lock = readFile(disk, M.LOCK, formats.checkLock, notes),
			cache = readFile(disk, M.CACHE, formats.checkCache, notes)
		}
	end)
end

function M.stateFiles(state, before)
	local function isEmpty(values) return next(values) == nil end
	local gone = isEmpty(state.lock.packages) and not isEmpty(before.lock.packages)
	local function text(content, values) return not gone and not isEmpty(values) and json.encode(content) end
	local configured = state.configuration.registries
	local cached = {}
	for _, registry in ipairs(configured) do cached[registry] = state.cache.registries[registry] end
	return {
		[M.LOCK] = text(state.lock, state.lock.packages),
		[M.CONFIGURATION] = text(state.configuration, configured),
		[M.CACHE] = text({version = 1, registries = cached}, cached)
	}
end

return M
