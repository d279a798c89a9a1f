-- `ai config`: shows the settings, and changes one.

local outcome = require("/apis/trapos/failure").outcome
local listingModule = require("/apis/trapos/listing")
local add, showListing, start = listingModule.add, listingModule.show, listingModule.start
local readLine = require("/apis/trapos/lineinput").readLine
local nearestModule = require("/apis/trapos/nearest")
local closest, misspelt, nearest = nearestModule.closest, nearestModule.misspelt, nearestModule.nearest
local screen = require("/apis/trapos/screen")
local remark, say = screen.remark, screen.say
local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local text = require("/apis/trapos/text")
local oneLine, shorten = text.oneLine, text.shorten
local toUtf8 = require("/apis/trapos/utf8").toUtf8
local fail = require("/apis/ai/failure").fail
local settingsModule = require("/apis/ai/settings")
local changeSettings, definitions, isSet, LINK_CHANGED, readSetting, redact =
	settingsModule.changeSettings,
	settingsModule.definitions,
	settingsModule.isSet,
	settingsModule.LINK_CHANGED,
	settingsModule.readSetting,
	settingsModule.redact

--- What stands for going back to a default.
local DEFAULT = "default"

--- Columns that a value may take.
local LONGEST_VALUE = 120

--- The names of all settings, without their prefix.
local function names()
	local found = {}
	for name in pairs(definitions) do
		table.insert(found, name)
	end
	table.sort(found)
	return found
end

--- What a word names, with or without the prefix.
local function nameOf(word)
	return (string.gsub(word, "^opencc%.", ""))
end

--- The names as they may be written.
local function written()
	local found = {}
	for _, name in ipairs(names()) do
		for _, word in ipairs({ name, "opencc." .. name }) do
			table.insert(found, word)
		end
	end
	return found
end

--- Whether a word is meant for a name of a setting, rather than to begin a prompt.
local function isName(word, isAlone)
	local name = nameOf(word)
	if definitions[name] ~= nil or name ~= word or (string.find(word, "_", 1, true)) ~= nil then
		return true
	end
	local find = isAlone and closest or misspelt
	return find(word, names()) ~= nil
end

--- What a setting is, as it is stored; its default where it has no value of its own.
local function valueOf(store, name)
	if isSet(store, name) then
		return store.get("opencc." .. name)
	end
	return definitions[name].default
end

--- A setting as it is.
local function look(name, isChanged)
	local store = ownSettings(fs)
	local definition = definitions[name]
	local isOwn = isSet(store, name)
	local value = valueOf(store, name)
	local problem
	if value ~= nil then
		local ok, failure = outcome(function()
			return readSetting(name, value)
		end)
		if not ok then
			problem = failure.message
		end
	end
	local shown = value
	if definition.isSecret or type(value) == "table" then
		shown = nil
	elseif type(value) == "string" then
		shown = redact(value)
	end
	local source = "default"
	if isOwn then
		source = "set"
	elseif value == nil then
		source = "none"
	end
	return {
		name = "opencc." .. name,
		value = shown,
		source = source,
		isSecret = definition.isSecret,
		problem = problem,
		description = definition.description,
		isChanged = isChanged,
	}
end

--- Asks for a secret value, which nobody sees; nothing where Enter alone was pressed.
local function askSecretly(name)
	local typed = readLine({ prompt = name .. ": ", isSecret = true })
	return typed ~= "" and typed or nil
end

local function run(context, words)
	local word = words[1]
	if word == nil then
		local settings = {}
		for _, name in ipairs(names()) do
			table.insert(settings, look(name))
		end
		return settings
	end
	local name = nameOf(word)
	local definition = definitions[name]
	if definition == nil then
		error(
			fail("unknown_setting", {
				name = word,
				known = nearest(name, names()),
			}),
			0
		)
	end
	local value = words[2]

	-- A secret that is typed is taken as it is, whatever word it is.
	local isUnset = value == "" or value == DEFAULT
	if value == nil and definition.isSecret and context.options.isAttended then
		value = askSecretly(name)
	end
	if value ~= nil then
		changeSettings(ownSettings(fs), { isUnset and { name } or { name, value } })
		if name == "link_url" or name == "link_token" then
			os.queueEvent(LINK_CHANGED)
		end
	end
	return look(name, value ~= nil)
end

--- A value as it is shown, in CC's font.
local function valueText(setting)
	if setting.isSecret then
		return setting.source == "set" and "(hidden)" or "(not set)"
	end
	if setting.source == "none" then
		return "(not set)"
	end
	return shorten(oneLine(toUtf8(tostring(setting.value))), LONGEST_VALUE)
end

--- Shows one setting: what it is for, and where its value comes from.
local function showOne(setting)
	local name = string.gsub(setting.name, "^opencc%.", "")
	local source = setting.source == "default" and " (default)" or ""
	say(name .. " = " .. valueText(setting) .. source)
	if not setting.isChanged then
		remark(setting.description)
	end
	if setting.problem ~= nil then
		say(setting.problem, colours.red)
	end
end

--- A setting on a row; on two where both have no room on one: a name stays whole.
local function addSetting(listing, name, value, colour)
	local width = term.getSize()
	if #name + 1 + #value <= width then
		add(listing, name, colour, value)
		return
	end
	add(listing, name, colour)
	add(listing, "  " .. value, colour)
end

--- Shows all of them: those that are set, and then the others.
local function showAll(settings)
	local listing = start()
	for _, isSection in ipairs({ true, false }) do
		local section = {}
		for _, setting in ipairs(settings) do
			if setting.source == "set" == isSection then
				table.insert(section, setting)
			end
		end
		if #section > 0 then
			if #listing.lines > 0 then
				add(listing, "")
			end
			add(listing, isSection and "Set on this computer:" or "Defaults:", colours.yellow)
		end
		for _, setting in ipairs(section) do
			local colour = setting.problem ~= nil and colours.red or nil
			addSetting(listing, nameOf(setting.name), valueText(setting), colour)
			if setting.problem ~= nil then
				add(listing, setting.problem, colours.red)
			end
		end
	end
	showListing(listing)
end

local function show(_context, value)
	if value.name ~= nil then
		showOne(value)
	else
		showAll(value)
	end
end

local config = {
	name = "config",
	usage = "ai config [key] [value]",
	purpose = "Show settings, change one",
	most = 2,
	fits = function(words)
		return isName(words[1], #words == 1)
	end,
	complete = function(previous)
		if #previous == 0 then
			return written()
		end
		local definition = definitions[nameOf(previous[1])]
		if definition == nil then
			return {}
		end
		local words = { DEFAULT }
		for _, choice in ipairs(definition.choices or {}) do
			table.insert(words, choice)
		end
		return words
	end,
	run = run,
	show = show,
}
return config
