-- What ccpm knows, in its files under /trapos.

local json = require("/apis/trapos/json")
local decode, encode = json.decode, json.encode
local fail = require("/apis/ccpm/failure").fail
local finish = require("/apis/ccpm/finish")
local formats = require("/apis/ccpm/formats")
local checkCache, checkConfiguration, checkLock =
	formats.checkCache, formats.checkConfiguration, formats.checkLock

local M = {}

--- What is installed.
M.LOCK = "trapos/ccpm.lock.json"

--- The registries.
M.CONFIGURATION = "trapos/ccpm.json"

--- What the registries had when they were last asked.
M.CACHE = "trapos/ccpm.cache.json"

--- The command that fills a file again.
local REMEDIES = {
	[M.LOCK] = "install <what you had>",
	[M.CONFIGURATION] = "registry add <registry>",
	[M.CACHE] = "update",
}

--- What each file holds where there is none: its check takes what belongs there.
local EMPTY = { version = 1, registries = {}, packages = {} }

--- The checked content of a file; that of an empty one where there is none, or when it was set aside.
local function readFile(disk, path, check, notes)
	if disk.exists(path) then
		local ok, value, newer = check(decode(finish.read(disk, path)))
		if ok then
			return value
		end
		if newer then
			error(fail("newer_format", { path = path }), 0)
		end
		local aside = finish.freeName(disk, path .. ".broken")
		local moved, problem = pcall(disk.move, path, aside)
		if not moved then
			error(
				fail("cannot_write", {
					path = path,
					what = finish.reasonOf(problem),
				}),
				0
			)
		end
		notes[#notes + 1] = path
			.. " cannot be read ("
			.. value
			.. "). It was set aside as "
			.. aside
			.. ". Type: ccpm "
			.. REMEDIES[path]
	end
	local _, empty = check(EMPTY)
	return empty
end

--- Reads the state; a file that is not there is an empty state. A file that cannot be read is moved to a free name
-- beside it, with a note; one that a newer ccpm has written is a failure (`newer_format`) and stays.
--
-- @param disk the computer's fs
-- @param notes gets a line for every file that was set aside
function M.readState(disk, notes)
	return {
		configuration = readFile(disk, M.CONFIGURATION, checkConfiguration, notes),
		lock = readFile(disk, M.LOCK, checkLock, notes),
		cache = readFile(disk, M.CACHE, checkCache, notes),
	}
end

--- What the state is on the disk. The cache forgets registries that are not configured any more.
--
-- @param state to be written
-- @param before the state up to now: nothing stays of one that loses its last package
-- @returns texts by path from the root, false for a file that must not be there
function M.stateFiles(state, before)
	local function isEmpty(values)
		return (next(values)) == nil
	end
	local gone = isEmpty(state.lock.packages) and not isEmpty(before.lock.packages)
	local function text(content, values)
		return not gone and not isEmpty(values) and encode(content)
	end
	local configured = state.configuration.registries
	local cached = {}
	for _, registry in ipairs(configured) do
		cached[registry] = state.cache.registries[registry]
	end
	return {
		[M.LOCK] = text(state.lock, state.lock.packages),
		[M.CONFIGURATION] = text(state.configuration, configured),
		[M.CACHE] = text({ version = 1, registries = cached }, cached),
	}
end

--- A table with the same fields.
function M.copy(from)
	local to = {}
	for field, value in pairs(from) do
		to[field] = value
	end
	return to
end

--- A state with another content in one of its files.
--
-- @param file which
-- @param field the field that holds it
function M.replace(before, file, field, content)
	local state = M.copy(before)
	state[file] = { version = 1, [field] = content }
	return state
end

return M
