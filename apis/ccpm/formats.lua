--- What may stand in ccpm's JSON.
local M = {}
local semver = require("/apis/ccpm/semver")
M.INDEX_BYTES = 524288

local function has(text, pattern) return text:find(pattern) ~= nil end

local function without(patterns)
	return function(path)
		for _, pattern in ipairs(patterns) do
			if has("/" .. path:lower() .. "/", pattern) then return false end
		end
		return true
	end
end

local BAD_PART = "[./]/"
local isFile = without({BAD_PART, "^/rom/", "^/disk%d*/", "^/%.settings/", "^/trapos/", "^/startup/00%-ccpm"})
local isData = without({BAD_PART, "^/trapos/ccpm"})
local KINDS = {
	name = {"a name of a-z 0-9 . _ -", 64, "^[a-z0-9][a-z0-9._-]*$"},
	path = {"a path that packages may have", 200, "^[%w._/-]+$", isFile},
	folder = {"a folder in trapos/", 200, "^trapos/[%w._/-]+$", isData},
	registry = {"a registry", 200, "^[!-~]+$"},
	version = {"a version", 64, "", semver.isVersion},
	range = {"a version range", 200, "^[ -~]*$", semver.isRange},
	hash = {"64 hex digits", 64, "^" .. string.rep("[0-9a-f]", 64) .. "$"},
	text = {"a text", M.INDEX_BYTES, ""},
	size = {"a whole number up to 1000000", 1000000},
	number = {"a whole number", 99999999999999},
	flag = {"true or false"}
}
local OBJECTS = {
	offered = {
		version = "version",
		description = "text",
		dependencies = "100 name range",
		files = "500 path file",
		autostart = "?100 path",
		data = "?100 folder"
	},
	installed = {
		version = "version",
		dependencies = "100 name range",
		files = "500 path file",
		autostart = "?100 path",
		data = "?100 folder",
		registry = "?registry",
		automatic = "?flag"
	},
	file = {size = "size", sha256 = "hash"},
	cached = {updated = "number", packages = "1000 name known"},
	known = {version = "version", description = "text", dependencies = "100 name range", size = "number"}
}

local function plain(text) return (text:gsub("[^ -~]", "?")) end

local function wrong(where, what) return error(plain(where:sub(-100)) .. " " .. what, 0) end

local function readPlain(kind, value, where)
	local what, most, pattern, is = unpack(KINDS[kind], 1, 4)
	local fits = type(value) == "boolean"
	if pattern then
		local isShort = type(value) == "string" and #value <= most
		fits = isShort and has(value, pattern) and (is == nil or is(value))
	elseif most then
		fits = type(value) == "number" and value >= 0 and value <= most and value % 1 == 0
	end
	if not fits then wrong(where, "must be " .. what) end
	return type(value) == "string" and plain(value:sub(1, 200)) or value
end

local function checkPackage(copy, where)
	local seen = {}
	for path in pairs(copy.files) do
		local folded = path:lower()
		if seen[folded] then wrong(where .. ".files." .. path, "is there twice, but for capitals") end
		seen[folded] = true
	end
	for _, path in ipairs(copy.autostart or {}) do
		if not copy.files[path] then wrong(where .. ".autostart", "must be among its files") end
	end
end

local function read(spec, value, where)
	local option, most, kind, item = spec:match("^(%??)(%d*) ?(%a+) ?(%a*)$")
	if value == nil and option == "?" then return nil end
	local fields = OBJECTS[kind]
	if most == "" and not fields then return readPlain(kind, value, where) end
	if type(value) ~= "table" then wrong(where, "has the wrong type") end
	local copy = {}
	if most == "" then
		for name, field in pairs(fields) do copy[name] = read(field, value[name], where .. "." .. name) end
		if copy.files ~= nil then checkPackage(copy, where) end
		return copy
	end
	local list = {}
	local count = 0
	for name, entry in pairs(value) do
		count = count + 1
		if count > tonumber(most) then wrong(where, "has too many entries") end
		local at = where .. "." .. name
		if item ~= "" then
			copy[read(kind, name, at)] = read(item, entry, at)
		elseif type(name) == "number" and (name == 1 or value[name - 1] ~= nil) then
			list[name] = read(kind, entry, at)
		else
			wrong(where, "has the wrong type")
		end
	end
	return item ~= "" and copy or list
end

local function check(value, field, spec)
	local version = type(value) == "table" and value.version
	if version ~= 1 then return false, "it is not in format 1", type(version) == "number" and version > 1 end
	local ok, result = pcall(read, spec, value[field], field)
	if not ok then return false, result, false end
	return true, {version = version, [field] = result}
end

function M.checkIndex(value) return check(value, "packages", "1000 name offered") end

function M.checkConfiguration(value) return check(value, "registries", "100 registry") end

function M.checkLock(value) return check(value, "packages", "1000 name installed") end

function M.checkCache(value) return check(value, "registries", "100 registry cached") end

return M
