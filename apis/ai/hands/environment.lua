-- The globals of a program behind the fence. Each run gets tables of its own: Lua's libraries as copies, what the ROM
-- has in Lua (textutils, parallel, window and so on) loaded anew on top of these globals, and of the computer's APIs
-- what only looks. All else asks at the gate.

local eventFunctions = require("/apis/ai/hands/events").eventFunctions
local fileFunctions = require("/apis/ai/hands/files").fileFunctions
local gateModule = require("/apis/ai/hands/gate")
local control, guarded, permit = gateModule.control, gateModule.guarded, gateModule.permit
local groups = require("/apis/ai/hands/groups")
local apis, osFunctions, osPrograms = groups.apis, groups.osFunctions, groups.osPrograms
local printFunctions = require("/apis/ai/hands/printed").printFunctions
local copied = require("/apis/ai/hands/values").copied

local M = {}

--- Lua's functions that know nothing but their arguments.
local FUNCTIONS = {
	"assert",
	"error",
	"ipairs",
	"next",
	"pairs",
	"rawequal",
	"rawget",
	"rawlen",
	"rawset",
	"select",
	"tonumber",
	"tostring",
	"type",
	"unpack",
	"_VERSION",
	"_HOST",
	"_CC_DEFAULT_SETTINGS",
}
local LIBRARIES = {
	"string",
	"math",
	"table",
	"bit32",
	"utf8",
	"bit",
}

--- The ROM's APIs that are made of Lua alone, in the order in which they need each other.
local ROM_APIS = {
	"colors",
	"colours",
	"keys",
	"vector",
	"textutils",
	"parallel",
	"window",
	"paintutils",
	"io",
	"help",
}
local MODULES = "rom/modules/main/"

--- Names of settings that keep secrets.
local SECRETS = { "password", "secret", "token", "key" }
local globals = _G

local function isSecret(name)
	for _, word in ipairs(SECRETS) do
		if (string.find(string.lower(tostring(name)), word, 1, true)) ~= nil then
			return true
		end
	end
	return false
end

--- A library's functions and values, in a table of its own.
local function library(name)
	if type(globals[name]) ~= "table" then
		return nil
	end
	local own = {}
	for key, value in pairs(globals[name]) do
		if type(value) ~= "table" then
			own[key] = value
		end
	end
	return own
end

--- Copies of some values.
local function copiedAll(...)
	if select("#", ...) == 0 then
		return
	end
	local first = select(1, ...)
	return copied(first), copiedAll(select(2, ...))
end

--- An API of the computer's: what looks is there, and gives copies of its own tables; the rest asks at the gate.
--
-- @param real the API
-- @param name as the player reads it
local function closedApi(gate, real, name, api)
	local own = {}
	local isOpen = {}
	for _, open in ipairs(api.open) do
		isOpen[open] = true
	end
	for key, value in pairs(real) do
		if type(value) ~= "function" then
			-- Its colours, sides and channels; never a table, which others have, too.
			if type(value) ~= "table" then
				own[key] = value
			end
		elseif isOpen[key] then
			own[key] = guarded(gate, function(...)
				return copiedAll(value(...))
			end)
		else
			own[key] = guarded(gate, function(...)
				permit(gate, api.group, name .. "." .. key)
				return value(...)
			end)
		end
	end
	return own
end

--- An API whose functions are asked for by any name, as Minecraft's commands are.
local function anyName(gate, own, real, name, group)
	return setmetatable(own, {
		__index = function(_own, key)
			return guarded(gate, function(...)
				permit(gate, group, name .. "." .. tostring(key))
				return real[key](...)
			end)
		end,
	})
end

--- Peripherals are closed where they are called: where there is none there is nothing to ask.
local function peripherals(gate, own, real)
	local wrap = own.wrap
	local find = own.find
	own.wrap = guarded(gate, function(name)
		if type(name) == "string" and (real.isPresent(name)) == false then
			return nil
		end
		return wrap(name)
	end)
	if find == nil then
		return
	end
	own.find = guarded(gate, function(wanted, filter)
		for _, name in ipairs((real.getNames())) do
			local types = { real.getType(name) }
			for _, one in ipairs(types) do
				if one == wanted then
					return find(wanted, filter)
				end
			end
		end
		return
	end)
end

--- Whether a value has a user and a password in it, as an address may.
local function hasPassword(value)
	return type(value) == "string" and (string.find(value, "//[^/]*@")) ~= nil
end

--- Settings are read, but for secrets.
local function settingFunctions(gate, own, real)
	for _, name in ipairs({ "get", "getDetails" }) do
		own[name] = guarded(gate, function(key, ...)
			local isClosed = isSecret(key) or type(key) == "string" and hasPassword((real.get(key)))
			if isClosed then
				permit(gate, "settings", "settings." .. name .. '("' .. tostring(key) .. '")')
			end
			return copiedAll(real[name](key, ...))
		end)
	end
end

--- `os`: what looks, events and timers; what switches off or starts programs asks.
local function osApi(run)
	local groupOf = {}
	for _, name in ipairs(osPrograms) do
		groupOf[name] = "shell"
	end
	local real = os
	local own = closedApi(run.gate, real, "os", { group = "os", open = osFunctions })
	for _, name in ipairs(osPrograms) do
		do
			local __continue44
			repeat
				if real[name] == nil then
					__continue44 = true
					break
				end
				own[name] = guarded(run.gate, function(...)
					permit(run.gate, "shell", "os." .. name)
					return real[name](...)
				end)
				__continue44 = true
			until true
			if not __continue44 then
				break
			end
		end
	end
	for name, call in pairs(eventFunctions(run.events)) do
		own[name] = call
	end
	return own
end

--- `term`: as it is, but that the computer's own terminal is the program's.
local function terminal(run)
	local own = {}
	for name, value in pairs(term) do
		if type(value) == "function" then
			own[name] = guarded(run.gate, value)
		end
	end
	own.native = guarded(run.gate, function()
		return run.screen
	end)
	return own
end

--- The whole of a chunk that comes in pieces.
local function joined(nextPiece)
	local pieces = {}
	while true do
		local piece = nextPiece()
		if piece == nil or piece == "" then
			return table.concat(pieces)
		end
		if type(piece) ~= "string" then
			error("'reader' must return a string", 0)
		end
		table.insert(pieces, piece)
	end
end

--- What loads code: text alone, and into these globals or a table that the program gives.
local function loaders(run, own, romGlobals)
	local gate = run.gate

	-- Not the program's own table: it may have put something else there.
	local files = fileFunctions(run.files)
	local function loadText(chunk, name, mode, environment)
		local source = chunk
		if type(chunk) == "function" then
			source = joined(chunk)
		end
		if type(source) ~= "string" then
			error("bad argument #1 (string or function expected, got " .. type(chunk) .. ")", 0)
		end
		local text = source
		if string.byte(text, 1) == 27 or mode ~= nil and mode ~= "t" and mode ~= "bt" then
			return nil, "attempt to load a binary chunk"
		end
		local called = type(name) == "string" and name or "=(load)"
		local isGiven = type(environment) == "table"
		return load(text, called, "t", isGiven and environment or own)
	end
	local function loadFile(path, mode, environment)
		local clean = files.combine(path, "")
		local isOfRom = (string.find(clean, "^rom/")) ~= nil
		if not isOfRom then
			permit(gate, "shell", "run /" .. tostring(clean))
		end
		local file = files.open(path, "r")
		if file == nil then
			return nil, "File not found"
		end
		local handle = file
		local text = handle.readAll()
		handle.close()
		local target = isOfRom and romGlobals or own
		if environment ~= nil then
			target = environment
		elseif type(mode) == "table" then
			target = mode
		end
		return loadText(text, "@/" .. tostring(clean), "t", target)
	end
	own.load = guarded(gate, loadText)
	own.loadstring = guarded(gate, function(text, name)
		return loadText(text, name)
	end)
	own.loadfile = guarded(gate, loadFile)
	own.dofile = guarded(gate, function(path)
		local chunk, problem = loadFile(path)
		if chunk == nil then
			error(problem, 0)
		end
		return chunk()
	end)
end

local function sourceOf(path)
	local file, problem = fs.open(path, "r")
	if file == nil then
		error(problem, 0)
	end
	local text = file.readAll() or ""
	file.close()
	return text
end

--- Runs a file of the ROM's in some globals and returns what it returns.
local function romModule(path, environment)
	local chunk, problem = load(sourceOf(path), "@/" .. path, "t", environment)
	if chunk == nil then
		error(problem, 0)
	end
	return (chunk())
end

--- `require`: the ROM's modules, loaded anew; any other is a program of the player's.
local function modules(run, own, romGlobals)
	local loaded = { _G = own }
	for _, name in ipairs(LIBRARIES) do
		loaded[name] = own[name]
	end
	loaded.coroutine = own.coroutine
	own.package = { loaded = loaded, path = "/" .. MODULES .. "?.lua", preload = {} }
	own.require = guarded(run.gate, function(name)
		if type(name) ~= "string" then
			error("bad argument #1 (string expected, got " .. type(name) .. ")", 0)
		end
		local called = name
		if loaded[called] ~= nil then
			return loaded[called]
		end
		local path = string.gsub(called, "%.", "/")
		local file = MODULES .. path .. ".lua"
		local isOfRom = (string.find(called, "^cc%.[%w_.]+$")) ~= nil and fs.exists(file)
		if not isOfRom then
			permit(run.gate, "shell", 'require("' .. called .. '")')
			return require(called)
		end
		loaded[called] = romModule(file, romGlobals)
		return loaded[called]
	end)
end

--- An API of the ROM's, which is what its file sets.
local function romApi(path, romGlobals)
	local set = {}
	setmetatable(set, { __index = romGlobals })
	romModule(path, set)
	local own = {}
	for name, value in pairs(set) do
		if name ~= "_ENV" then
			own[name] = value
		end
	end
	return own
end

--- Lua's functions for metatables. That of all texts is the computer's, and nobody gets it.
local function metatables(own)
	own.getmetatable = function(value)
		if type(value) == "string" then
			return { __index = own.string }
		end
		return type(value) == "table" and getmetatable(value) or nil
	end
	own.setmetatable = function(value, metatable)
		-- Called when the program is long over, where the computer's Lua has it at all.
		if type(metatable) == "table" and rawget(metatable, "__gc") ~= nil then
			error("__gc is not there", 2)
		end
		return setmetatable(value, metatable)
	end
end

--- Makes the globals of a run.
--
-- @param shellApi the shell's API and multishell's, which no global has
function M.makeEnvironment(run, shellApi)
	local gate = run.gate
	local own = {}
	own._G = own
	for _, name in ipairs(FUNCTIONS) do
		own[name] = globals[name]
	end
	for _, name in ipairs(LIBRARIES) do
		own[name] = library(name)
	end
	local strings = own.string
	strings.dump = nil
	metatables(own)
	for name, value in pairs(control(gate)) do
		own[name] = value
	end
	for name, call in pairs(printFunctions(gate, run.printed)) do
		own[name] = call
	end
	own.fs = fileFunctions(run.files)
	own.os = osApi(run)
	own.sleep = own.os.sleep
	own.term = terminal(run)
	for name, api in pairs(apis) do
		local real = globals[name] or shellApi[name]
		if type(real) == "table" then
			own[name] = closedApi(gate, real, name, api)
		end
	end
	local real = globals
	if own.peripheral ~= nil then
		peripherals(gate, own.peripheral, real.peripheral)
	end
	if own.settings ~= nil then
		settingFunctions(gate, own.settings, real.settings)
	end
	if own.commands ~= nil then
		own.commands = anyName(gate, own.commands, real.commands, "commands", "commands")
	end

	-- The ROM names functions in its errors by it; it is no program's.
	local debug = {
		getinfo = function()
			return {}
		end,
		getlocal = function()
			return nil
		end,
		getmetatable = own.getmetatable,
	}
	local romGlobals = setmetatable({ debug = debug }, { __index = own })
	loaders(run, own, romGlobals)
	modules(run, own, romGlobals)
	for _, name in ipairs(ROM_APIS) do
		local path = "rom/apis/" .. name .. ".lua"
		if fs.exists(path) then
			own[name] = romApi(path, romGlobals)
		end
	end
	return own
end

return M
