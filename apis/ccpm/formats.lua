-- What may come from outside: ccpm's JSON, answers, arguments. All is looked at here before anything is done with it.

local semver = require("/apis/ccpm/semver")
local isRange, isVersion = semver.isRange, semver.isVersion

local M = {}

--- The most registries that may be configured.
M.MOST_REGISTRIES = 100
local MOST_PACKAGES = 1000

--- The most bytes that an index may have.
M.INDEX_BYTES = 524288

local function has(text, pattern)
	return (string.find(text, pattern)) ~= nil
end

--- Makes what looks whether a value is a text, no longer than `most` bytes, with a pattern, and what `is` wants.
local function text(most, pattern, is)
	return function(value)
		return type(value) == "string" and #value <= most and has(value, pattern) and (is == nil or is(value))
	end
end

--- Makes what looks whether a value is a whole number from 0 to `most`.
local function whole(most)
	return function(value)
		return type(value) == "number" and value >= 0 and value <= most and value % 1 == 0
	end
end

--- Makes what looks for patterns that a path, with a slash before and behind it, may not have in whichever case.
local function without(patterns)
	return function(path)
		for _, pattern in ipairs(patterns) do
			if has("/" .. string.lower(path) .. "/", pattern) then
				return false
			end
		end
		return true
	end
end

--- Empty parts and such that end with a dot, which leads up, or which some hosts ignore.
local BAD_PART = "[./]/"

--- What ccpm calls files of players that it keeps.
local KEPT = "%.ccpm%-"

--- CC's own folders and drives, the player's settings and what they are written by, ccpm's state and its startup file.
local isFile = without({
	BAD_PART,
	KEPT,
	"^/rom/",
	"^/disk%d*/",
	"^/%.settings",
	"^/trapos/",
	"^/startup/00%-ccpm",
})
local isData = without({ BAD_PART, "^/trapos/ccpm" })
local KINDS = {
	name = {
		"is not of a-z 0-9 . _ -",
		text(64, "^[a-z0-9][a-z0-9._-]*$"),
	},
	path = {
		"is not a path that packages may have",
		text(200, "^[%w._/-]+$", isFile),
	},
	folder = {
		"is not a folder in trapos/",
		text(200, "^trapos/[%w._/-]+$", isData),
	},
	registry = {
		"is not a registry",
		text(200, "^[!-~]+$"),
	},
	version = {
		"is not like 1.0.0",
		text(64, "", isVersion),
	},
	range = {
		"is not a version range",
		text(200, "^[ -~]*$", isRange),
	},
	hash = {
		"is not 64 hex digits",
		text(64, "^" .. string.rep("%x", 64) .. "$"),
	},
	text = {
		"is not a text",
		text(M.INDEX_BYTES, ""),
	},
	content = {
		"is not a text or false",
		function(value)
			return value == false or type(value) == "string"
		end,
	},
	body = {
		"is not a text",
		function(value)
			return type(value) == "string"
		end,
	},
	size = {
		"is not a whole number up to 1000000",
		whole(1000000),
	},
	number = {
		"is not a whole number",
		whole(99999999999999),
	},
	amount = {
		"is not a number",
		function(value)
			return type(value) == "number" and value == value
		end,
	},
	flag = {
		"is not true or false",
		function(value)
			return type(value) == "boolean"
		end,
	},
	["function"] = {
		"is not a function",
		function(value)
			return type(value) == "function"
		end,
	},
}

--- Objects by their fields: a "path", a list of at most "100 path", "100 name range" by name; "?" if it may be absent.
local OBJECTS = {
	offered = {
		version = "version",
		description = "text",
		dependencies = "100 name range",
		files = "500 path file",
		autostart = "?100 path",
		data = "?100 folder",
	},
	installed = {
		version = "version",
		dependencies = "100 name range",
		files = "500 path file",
		autostart = "?100 path",
		data = "?100 folder",
		registry = "?registry",
		automatic = "?flag",
	},
	file = { size = "size", sha256 = "hash" },
	cached = { updated = "number", packages = "1000 name known" },
	known = { version = "version", description = "text", dependencies = "100 name range", size = "number" },
	installing = { force = "?flag" },
	uninstalling = { cascade = "?flag", unused = "?flag" },
	adding = { position = "?amount", force = "?flag" },
	finding = { path = "text", problem = "text", package = "?text" },
	plan = {
		title = "text",
		packages = "1000 change",
		files = "500000 move",
		data = "100000 text",
		state = "3 text content",
		stamp = "?text",
		download = "amount",
		needed = "amount",
		free = "amount",
		freed = "amount",
		notes = "600000 text",
	},
	change = { name = "text", from = "?text", to = "?text", registry = "?text" },
	move = {
		path = "text",
		package = "text",
		to = "?file",
		registry = "?text",
		backup = "?text",
		found = "?found",
	},
	found = { size = "amount", modified = "amount" },
	environment = {
		fs = "?disk",
		fetch = "?function",
		registry = "?text",
		now = "?function",
		onProgress = "?function",
		onNote = "?function",
	},
	disk = {
		exists = "function",
		isDir = "function",
		list = "function",
		open = "function",
		delete = "function",
		move = "function",
		copy = "function",
		makeDir = "function",
		getSize = "function",
		attributes = "function",
		getFreeSpace = "function",
		getDrive = "function",
	},
	fetched = { status = "?number", body = "body", reason = "?text" },
}

--- A text in one line of ASCII: what comes from a registry may hold what a screen obeys.
function M.plain(text)
	return (string.gsub(text, "[^ -~]", "?"))
end

local function wrong(where, what)
	return error(M.plain(string.sub(where, -100)) .. " " .. what, 0)
end

--- A place in another one; the whole has none.
local function placeIn(where, name)
	return where == "" and tostring(name) or where .. "." .. tostring(name)
end

--- How a value that is not as it should be is shown, where that helps.
local function shown(value)
	if type(value) == "number" or type(value) == "string" and value ~= "" then
		local known = M.plain((string.gsub(tostring(value), "%s+", " ")))
		return " " .. (#known > 24 and string.sub(known, 1, 21) .. "..." or known)
	end
	return ""
end

local function readPlain(kind, value, where, isKey)
	local says, fits = unpack(KINDS[kind], 1, 2)
	if not fits(value) then
		wrong(isKey and where or where .. shown(value), says)
	end
	if type(value) ~= "string" then
		return value
	end
	return M.plain(string.sub(kind == "hash" and string.lower(value) or value, 1, 200))
end

local function checkPackage(copy, where)
	local seen = {}
	for path in pairs(copy.files) do
		-- Where capitals do not count, one would overwrite the other.
		local folded = string.lower(path)
		if seen[folded] then
			wrong(placeIn(where, "files." .. path), "is there twice, but for capitals")
		end
		seen[folded] = true
	end
	for _, path in ipairs(copy.autostart or {}) do
		if copy.files[path] == nil then
			wrong(placeIn(where, "autostart"), "is not among its files")
		end
	end
end

--- Returns a copy of a value with what is known alone; `where` it stands is for the message when it is wrong.
local function read(spec, value, where)
	local option, most, kind, item = string.match(spec, "^(%??)(%d*) ?(%a+) ?(%a*)$")
	if value == nil then
		return option ~= "?" and wrong(where, "is missing") or nil
	end
	local fields = OBJECTS[kind]
	if most == "" and fields == nil then
		return readPlain(kind, value, where)
	end
	local isList = most ~= "" and item == ""
	if type(value) ~= "table" then
		wrong(where, isList and "is not a list" or "is not an object")
	end
	local copy = {}
	if most == "" then
		for name, field in pairs(fields) do
			copy[name] = read(field, value[name], placeIn(where, name))
		end
		if kind == "offered" or kind == "installed" then
			checkPackage(copy, where)
		end
		if copy.to ~= nil and kind == "move" and copy.registry == nil then
			wrong(placeIn(where, "registry"), "is missing")
		end
		return copy
	end
	local list = {}
	local count = 0
	for name, entry in pairs(value) do
		count = count + 1
		if count > tonumber(most) then
			wrong(where, "has more than " .. tostring(most) .. " entries")
		end
		local at = placeIn(where, name)
		if item ~= "" then
			copy[readPlain(kind, name, at, true)] = read(item, entry, at)
		elseif type(name) == "number" and (name == 1 or value[name - 1] ~= nil) then
			list[name] = read(kind, entry, at)
		else
			-- A name, or what comes after a null.
			wrong(where, "is not a list")
		end
	end
	return item ~= "" and copy or list
end

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
	readPlain("name", name, "its name", true)
	return read("offered", value, "")
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
		return false, "packages " .. (given == nil and "is missing" or "is not an object"), false
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
			leftOut[M.plain(string.sub(tostring(name), 1, 64))] = (string.gsub(tostring(result), "^ ", ""))
		end
	end
	return true, { packages = packages, leftOut = leftOut }
end

--- Checks /trapos/ccpm.json.
--
-- @param value JSON, decoded
function M.checkConfiguration(value)
	return check(value, "registries", tostring(M.MOST_REGISTRIES) .. " registry")
end

--- Checks /trapos/ccpm.lock.json.
--
-- @param value JSON, decoded
function M.checkLock(value)
	return check(value, "packages", "1000 name installed")
end

--- Checks /trapos/ccpm.cache.json.
--
-- @param value JSON, decoded
function M.checkCache(value)
	return check(value, "registries", "100 registry cached")
end

--- Checks what a program has handed in.
--
-- @param spec what it has to be, in the words above; "?" before it where it may be absent
-- @param value what was given
-- @param name what it is called
-- @returns what is wrong, as "names is not a list"; nothing where it is right
function M.argumentProblem(spec, value, name)
	local ok, problem = pcall(read, spec, value, name)
	return not ok and problem or nil
end

return M
