--- What ccpm knows, in its files under /trapos.
local M = {}
local json = require("/apis/json")
local fail = require("/apis/ccpm/failure").fail
local reasonOf = require("/apis/ccpm/finish").reasonOf
local formats = require("/apis/ccpm/formats")
M.LOCK = "trapos/ccpm.lock.json"
M.CONFIGURATION = "trapos/ccpm.json"
M.CACHE = "trapos/ccpm.cache.json"

local function readFile(disk, path, check, notes)
	if not disk.exists(path) then return nil end
	local file = disk.open(path, "rb")
	local text = ""
	if file then
		text = file.readAll() or ""
		file.close()
	end
	local ok, value, newer = check(json.decode(text))
	if ok then return value end
	if newer then error(fail("newer_format", {path = path}), 0) end
	local aside = path .. ".broken"
	do
		local number = 2
		while disk.exists(aside) do
			aside = path .. ".broken" .. number
			number = number + 1
		end
	end
	local moved, problem = pcall(disk.move, path, aside)
	if not moved then error(fail("cannot_write", {path = path, what = reasonOf(problem)}), 0) end
	notes[#notes + 1] = path .. " cannot be read (" .. value .. "). It was set aside as " .. aside
		.. ". Type: ccpm recover"
	return nil
end

function M.readState(disk, notes)
	local state
	local ok, failure = pcall(function()
		local configuration = {version = 1, registries = {}}
		local lock = {version = 1, packages = {}}
		local cache = {version = 1, registries = {}}
		state = {
			configuration = readFile(disk, M.CONFIGURATION, formats.checkConfiguration, notes)
				or configuration,
			lock = readFile(disk, M.LOCK, formats.checkLock, notes) or lock,
			cache = readFile(disk, M.CACHE, formats.checkCache, notes) or cache
		}
	end)
	if not ok then return false, failure end
	return true, state
end

local function isEmpty(values) return next(values) == nil end

function M.stateFiles(state, before)
	local empty = isEmpty(state.lock.packages)
	local gone = empty and not (before and isEmpty(before.lock.packages))
	return {
		[M.LOCK] = not empty and json.encode(state.lock) or false,
		[M.CONFIGURATION] = not (gone or isEmpty(state.configuration.registries))
				and json.encode(state.configuration)
			or false,
		[M.CACHE] = not (gone or isEmpty(state.cache.registries)) and json.encode(state.cache) or false
	}
end

return M
