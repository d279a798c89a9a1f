-- What may come from outside: ccpm's JSON, answers, arguments. All is looked at here before anything is done with it.

local checking = require("/apis/ccpm/checking")
local entriesOf, listOf, object, optional, placeIn, plain, raiseWrong, read, readName, shown, single =
	checking.entriesOf,
	checking.listOf,
	checking.object,
	checking.optional,
	checking.placeIn,
	checking.plain,
	checking.raiseWrong,
	checking.read,
	checking.readName,
	checking.shown,
	checking.single
local semver = require("/apis/ccpm/semver")
local isRange, isVersion = semver.isRange, semver.isVersion

local M = {}

--- The most registries that may be configured.
M.MOST_REGISTRIES = 100
local MOST_PACKAGES = 1000

--- The most bytes that an index may have.
M.INDEX_BYTES = 524288

--- Empty parts and such that end with a dot, which leads up, or which some hosts ignore.
local BAD_PART = "[./]/"

--- What ccpm calls files of players that it keeps.
local KEPT = "%.ccpm%-"

--- What no file of a package may be: CC's own folders and drives, the player's settings and what they are written by, ccpm's
-- state and its startup file. Patterns for a path in lower case with a slash before and behind it.
local NO_FILES = {
	BAD_PART,
	KEPT,
	"^/rom/",
	"^/disk%d*/",
	"^/%.settings",
	"^/trapos/",
	"^/startup/00%-ccpm",
}

--- What no folder of data may be.
local NO_DATA = { BAD_PART, "^/trapos/ccpm" }

--- Whether a value is a text of at most so many bytes with a pattern.
local function isText(value, most, pattern)
	return type(value) == "string" and #value <= most and (string.find(value, pattern)) ~= nil
end

--- Whether a value is a whole number from 0 to `most`.
local function isWhole(value, most)
	return type(value) == "number" and value >= 0 and value <= most and value % 1 == 0
end

--- Whether a path has one of some patterns, in whichever case.
local function hasAny(path, patterns)
	for _, pattern in ipairs(patterns) do
		if (string.find("/" .. string.lower(path) .. "/", pattern)) ~= nil then
			return true
		end
	end
	return false
end

--- Whether a value is a path that a package's file may have.
local function isFile(value)
	return isText(value, 200, "^[%w._/-]+$") and not hasAny(value, NO_FILES)
end

--- Whether a value is a folder that a package may write to.
local function isData(value)
	return isText(value, 200, "^trapos/[%w._/-]+$") and not hasAny(value, NO_DATA)
end

local packageName = single("is not of a-z 0-9 . _ -", function(value)
	return isText(value, 64, "^[a-z0-9][a-z0-9._-]*$")
end)
local path = single("is not a path that packages may have", isFile)
local folder = single("is not a folder in trapos/", isData)
local registry = single("is not a registry", function(value)
	return isText(value, 200, "^[!-~]+$")
end)
local version = single("is not like 1.0.0", function(value)
	return isText(value, 64, "") and isVersion(value)
end)
local range = single("is not a version range", function(value)
	return isText(value, 200, "^[ -~]*$") and isRange(value)
end)
local hash = {
	type = "single",
	says = "is not 64 hex digits",
	fits = function(value)
		return isText(value, 64, "^" .. string.rep("%x", 64) .. "$")
	end,
	isLower = true,
}
local text = single("is not a text", function(value)
	return isText(value, M.INDEX_BYTES, "")
end)
local textOrFalse = single("is not a text or false", function(value)
	return value == false or type(value) == "string"
end)

--- A text of any length.
local body = single("is not a text", function(value)
	return type(value) == "string"
end)
local size = single("is not a whole number up to 1000000", function(value)
	return isWhole(value, 1000000)
end)

--- Milliseconds until the year 5138, or any other whole number.
local whole = single("is not a whole number", function(value)
	return isWhole(value, 99999999999999)
end)
local amount = single("is not a number", function(value)
	return type(value) == "number" and value == value
end)
local flag = single("is not true or false", function(value)
	return type(value) == "boolean"
end)
local func = single("is not a function", function(value)
	return type(value) == "function"
end)
local dependencies = entriesOf(100, packageName, range)
local file = object({ size = size, sha256 = hash })
local files = entriesOf(500, path, file)
local autostart = optional(listOf(100, path))
local data = optional(listOf(100, folder))

--- Raises what is wrong with the files of a package.
local function checkPackage(copy, where)
	local seen = {}
	for name in pairs(copy.files) do
		-- Where capitals do not count, one would overwrite the other.
		local folded = string.lower(name)
		if seen[folded] then
			raiseWrong(placeIn(where, "files." .. name), "is there twice, but for capitals")
		end
		seen[folded] = true
	end
	for _, name in ipairs(copy.autostart or {}) do
		if copy.files[name] == nil then
			raiseWrong(placeIn(where, "autostart"), "is not among its files")
		end
	end
end

--- A package in an index.
local offered = object({
	version = version,
	description = text,
	dependencies = dependencies,
	files = files,
	autostart = autostart,
	data = data,
}, checkPackage)

--- A package in the lock.
local installed = object({
	version = version,
	dependencies = dependencies,
	files = files,
	autostart = autostart,
	data = data,
	registry = optional(registry),
	automatic = optional(flag),
}, checkPackage)

--- A package in the cache, and a registry there.
local known = object({ version = version, description = text, dependencies = dependencies, size = size })
local cached = object({
	updated = whole,
	packages = entriesOf(MOST_PACKAGES, packageName, known),
})
local registries = listOf(M.MOST_REGISTRIES, registry)
local installedPackages = entriesOf(MOST_PACKAGES, packageName, installed)
local cachedRegistries = entriesOf(M.MOST_REGISTRIES, registry, cached)

--- Raises where a file comes from nowhere.
local function checkMove(copy, where)
	if copy.to ~= nil and copy.registry == nil then
		raiseWrong(placeIn(where, "registry"), "is missing")
	end
end

local packageChange = object({
	name = text,
	from = optional(text),
	to = optional(text),
	registry = optional(text),
})
local fileChange = object({
	path = text,
	package = text,
	to = optional(file),
	registry = optional(text),
	backup = optional(text),
	found = optional(object({ size = amount, modified = amount })),
}, checkMove)
local plan = object({
	title = text,
	packages = listOf(MOST_PACKAGES, packageChange),
	files = listOf(500000, fileChange),
	data = listOf(100000, text),
	state = entriesOf(3, text, textOrFalse),
	stamp = optional(text),
	download = amount,
	needed = amount,
	free = amount,
	freed = amount,
	notes = listOf(600000, text),
})

--- A stand-in for CC's fs.
local disk = object({
	exists = func,
	isDir = func,
	list = func,
	open = func,
	delete = func,
	move = func,
	copy = func,
	makeDir = func,
	getSize = func,
	attributes = func,
	getFreeSpace = func,
	getDrive = func,
})
local environment = object({
	fs = optional(disk),
	fetch = optional(func),
	registry = optional(text),
	now = optional(func),
	onProgress = optional(func),
	onNote = optional(func),
})
local finding = object({
	path = text,
	problem = text,
	package = optional(text),
})

--- What programs hand in, by what it is called here.
local ARGUMENTS = {
	names = listOf(MOST_PACKAGES, text),
	["some names"] = optional(listOf(MOST_PACKAGES, text)),
	registry = text,
	position = amount,
	findings = listOf(500000, finding),
	plan = plan,
	["install options"] = optional(object({ force = optional(flag) })),
	["upgrade options"] = optional(object({
		force = optional(flag),
		removeFirst = optional(flag),
	})),
	["uninstall options"] = optional(object({
		cascade = optional(flag),
		unused = optional(flag),
	})),
	["registry options"] = optional(object({
		position = optional(amount),
		force = optional(flag),
	})),
	environment = environment,
	answer = object({
		status = optional(whole),
		body = body,
		reason = optional(text),
	}),
	time = whole,
}

--- What is wrong with a format's version, and whether a newer ccpm wrote it; nothing where it is known.
local function versionProblem(value)
	if type(value) ~= "table" then
		return "it is damaged", false
	end
	local version = value.version
	if version == 1 then
		return
	end
	return "version" .. shown(version) .. " is not 1", type(version) == "number" and version > 1
end

--- Checks the format's version, then the one field that each of the files has beside it.
local function check(value, field, spec)
	local problem, isNewer = versionProblem(value)
	if problem ~= nil then
		return false, problem, isNewer
	end
	local ok, result = pcall(read, spec, value[field], field)
	if not ok then
		return false, result, false
	end
	return true, { version = 1, [field] = result }
end

--- A name and a package of an index, in one call that can be protected.
local function readOffered(name, value)
	readName(packageName, name, "its name")
	return read(offered, value, "")
end

--- Checks a registry's index. A package that is not as it should be is left out.
--
-- @param value JSON, decoded
function M.checkIndex(value)
	local problem, isNewer = versionProblem(value)
	if problem ~= nil then
		return false, problem, isNewer
	end
	local given = value.packages
	if type(given) ~= "table" then
		local what = given == nil and "is missing" or "is not an object"
		return false, "packages " .. what, false
	end
	local packages = {}
	local leftOut = {}
	local count = 0
	for name, entry in pairs(given) do
		count = count + 1
		if count > MOST_PACKAGES then
			return false, "packages has more than " .. tostring(MOST_PACKAGES) .. " entries", false
		end
		local ok, result = pcall(readOffered, name, entry)
		if ok then
			packages[name] = result
		else
			leftOut[plain(string.sub(tostring(name), 1, 64))] = (string.gsub(tostring(result), "^ ", ""))
		end
	end
	return true, { packages = packages, leftOut = leftOut }
end

--- Checks /trapos/ccpm.json.
--
-- @param value JSON, decoded
function M.checkConfiguration(value)
	return check(value, "registries", registries)
end

--- Checks /trapos/ccpm.lock.json.
--
-- @param value JSON, decoded
function M.checkLock(value)
	return check(value, "packages", installedPackages)
end

--- Checks /trapos/ccpm.cache.json.
--
-- @param value JSON, decoded
function M.checkCache(value)
	return check(value, "registries", cachedRegistries)
end

--- Checks what a program has handed in.
--
-- @param kind which of its arguments, as above
-- @param value what was given
-- @param name what it is called
-- @returns what is wrong, as "names is not a list"; nothing where it is right
function M.argumentProblem(kind, value, name)
	local ok, problem = pcall(read, ARGUMENTS[kind], value, name)
	return not ok and problem or nil
end

return M
