--- What may stand in ccpm's JSON.
local M = {}
local semver = require("/apis/ccpm/semver")
M.INDEX_BYTES = 524288
local PACKAGES = 1000
local FILES = 500
local ENTRIES = 100
local FILE_BYTES = 1000000
local LATEST = 99999999999999

local function has(text, pattern) return text:find(pattern) ~= nil end

local function plain(text) return (text:gsub("[^ -~]", "?")) end

local function wrong(where, what) return error(plain(where:sub(-100)) .. " " .. what, 0) end

local function fieldsOf(value, where)
	return type(value) == "table" and value or wrong(where, "must be an object")
end

local function text(most, pattern, what, is)
	return function(value, where)
		local isText = type(value) == "string" and #value <= most and has(value, pattern)
		if not isText or is and not is(value) then wrong(where, "must be " .. what) end
		return value
	end
end

local function number(most)
	return function(value, where)
		local isNumber = type(value) == "number" and value >= 0 and value <= most and value % 1 == 0
		return isNumber and value or wrong(where, "must be a whole number, at most " .. most)
	end
end

local function map(most, readName, read)
	return function(value, where)
		local copy = {}
		local count = 0
		for name, item in pairs(fieldsOf(value, where)) do
			count = count + 1
			if count > most then wrong(where, "has too many entries") end
			local at = where .. "." .. tostring(name)
			copy[readName(name, at)] = read(item, at)
		end
		return copy
	end
end

local function list(read)
	return function(value, where)
		local copy = {}
		for key in pairs(fieldsOf(value, where)) do
			if type(key) ~= "number" then wrong(where, "must be a list") end
		end
		for place, item in ipairs(value) do
			if place > ENTRIES then wrong(where, "has too many entries") end
			copy[#copy + 1] = read(item, where .. "." .. place)
		end
		return copy
	end
end

local function record(readers)
	return function(value, where)
		local fields = fieldsOf(value, where)
		local copy = {}
		for name, read in pairs(readers) do copy[name] = read(fields[name], where .. "." .. name) end
		return copy
	end
end

local function optional(read)
	return function(value, where)
		if value == nil then return nil end
		return (read(value, where))
	end
end

local function isBelowRoot(path) return not has("/" .. path .. "/", "[./]/") end

local RESERVED = {"rom/", "disk%d*/", "%.settings/", "trapos/", "startup/00%-ccpm"}

local function isFile(path)
	for _, pattern in ipairs(RESERVED) do
		if has(path:lower() .. "/", "^" .. pattern) then return false end
	end
	return isBelowRoot(path)
end

local function isData(path) return isBelowRoot(path) and not has(path:lower(), "^trapos/ccpm") end

local readName = text(64, "^[a-z0-9][a-z0-9._-]*$", "a name of a-z 0-9 . _ -")
local readPath = text(200, "^[%w._/-]+$", "a path that packages may have", isFile)
local readRegistry = text(200, "^[!-~]+$", "a registry")
local readVersion = text(64, "", "a version", semver.isVersion)
local readDependencies = map(ENTRIES, readName, text(200, "^[ -~]*$", "a version range", semver.isRange))

local function readDescription(value, where)
	return type(value) == "string" and plain(value:sub(1, 200)) or wrong(where, "must be a text")
end

local function readPackages(readers)
	readers.version = readVersion
	readers.dependencies = readDependencies
	readers.files = map(
		FILES,
		readPath,
		record({
			size = number(FILE_BYTES),
			sha256 = text(64, "^" .. string.rep("[0-9a-f]", 64) .. "$", "64 hex digits")
		})
	)
	readers.autostart = optional(list(readPath))
	readers.data = optional(list(text(200, "^trapos/[%w._/-]+$", "a folder in trapos/", isData)))
	local read = record(readers)
	return map(PACKAGES, readName, function(value, where)
		local copy = read(value, where)
		for _, path in ipairs(copy.autostart or {}) do
			if copy.files[path] == nil then wrong(where .. ".autostart", "must be among its files") end
		end
		return copy
	end)
end

local readOffered = readPackages({description = readDescription})
local readInstalled = readPackages({
	registry = optional(readRegistry),
	automatic = optional(function(value, where)
		if type(value) == "boolean" then return value end
		return (wrong(where, "must be true or false"))
	end)
})
local readRegistries = list(readRegistry)
local readKnown = record({
	version = readVersion,
	dependencies = readDependencies,
	description = readDescription,
	size = number(FILES * FILE_BYTES)
})
local readCache = map(
	ENTRIES,
	readRegistry,
	record({updated = number(LATEST), packages = map(PACKAGES, readName, readKnown)})
)

local function check(value, field, read)
	local version = type(value) == "table" and value.version
	if version ~= 1 then return false, "it is not in format 1", type(version) == "number" and version > 1 end
	local ok, result = pcall(read, value[field], field)
	if not ok then return false, result, false end
	return true, {version = version, [field] = result}
end

function M.checkIndex(value) return check(value, "packages", readOffered) end

function M.checkConfiguration(value) return check(value, "registries", readRegistries) end

function M.checkLock(value) return check(value, "packages", readInstalled) end

function M.checkCache(value) return check(value, "registries", readCache) end

return M
