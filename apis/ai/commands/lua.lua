-- `ai lua <request>`: has the model write Lua for this computer, and runs it once its player has read it.

local screen = require("/apis/trapos/screen")
local remark, say = screen.remark, screen.say
local ask = require("/apis/trapos/question").ask
local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local fold = require("/apis/trapos/font").fold
local oneLine = require("/apis/trapos/text").oneLine
local fail = require("/apis/ai/failure").fail
local groups = require("/apis/ai/hands/groups").groups
local luaExec = require("/apis/ai/hands/luaexec").luaExec
local readSettings = require("/apis/ai/settings").readSettings
local showCode = require("/apis/ai/view/difference").showCode
local isShownFirst = require("/apis/ai/view/confirm").isShownFirst
local wait = require("/apis/ai/view/waiting").wait

--- The groups that `--allow fs,turtle` names.
local function allowed(context)
	local names = {}
	local flag = context.flags.allow
	for name in string.gmatch(flag == nil and "" or flag, "[^,%s]+") do
		table.insert(names, name)
	end
	return names
end

--- Shows a version and asks whether it may run. With `--yes` it is shown all the same, but not with `--quiet` or `--json`.
local function approve(context, code, attempt)
	local answer = context.options.answer
	if attempt > 1 then
		remark("The program failed; this is version " .. tostring(attempt) .. ":")
	end
	if isShownFirst(context) then
		showCode(code)
	end
	if answer ~= nil then
		return answer == "yes"
	end
	return ask("Run this?", false)
end

--- Asks for what is closed; `--yes` opens nothing: what it opens is named by `--allow`.
local function isOpened(context, group, what)
	if context.options.answer ~= nil or not context.options.isAttended then
		return false
	end
	local does = groups[group]
	return ask(
		"It wants to " .. does .. ": " .. oneLine(what) .. " (" .. group .. "). Allow it this once?",
		false
	)
end

local function run(context, words)
	local options = context.options
	local request = table.concat(words, " ")
	if options.answer == nil and not options.isAttended then
		error(fail("asks_first", { command = "lua " .. request }), 0)
	end
	local settings = readSettings(ownSettings(fs))
	local own = {}
	for name, value in pairs(options) do
		own[name] = value
	end
	own.allow = allowed(context)
	own.approve = function(code, attempt)
		return approve(context, code, attempt)
	end
	own.onNotAllowed = function(group, what)
		return isOpened(context, group, what)
	end
	return luaExec({
		ask = function(prompt, given)
			local waiting = given
			return wait(waiting, function()
				return context.ai.ask(prompt, waiting)
			end)
		end,
		retries = settings.lua_exec_max_retries,
		seconds = settings.lua_exec_timeout_seconds,
		screen = not options.isQuiet and term.current() or nil,
	}, request, own)
end

local function show(context, result)
	if context.options.isQuiet then
		print(fold(result.output))
	end
	local column = term.getCursorPos()
	if column > 1 then
		print()
	end
	for _, value in ipairs(result.values) do
		say("= " .. value)
	end
	if result.output == "" and #result.values == 0 then
		remark("It ended, and printed nothing.")
	end
end

local lua = {
	name = "lua",
	usage = "ai lua <request>",
	purpose = "Have it run Lua here",
	section = "Code, and this computer",
	least = 1,
	most = math.huge,
	isText = true,
	run = run,
	show = show,
}
return lua
