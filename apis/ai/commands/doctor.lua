-- `ai doctor`: examines the way to the model, and with `--fix` mends what can be mended.

local outcome = require("/apis/trapos/failure").outcome
local listOf = require("/apis/trapos/json").listOf
local during = require("/apis/trapos/progress").during
local screen = require("/apis/trapos/screen")
local remark, say, showFailure = screen.remark, screen.say, screen.fail
local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local confirm = require("/apis/ai/view/confirm").confirm

--- By a name of its own, as the compiler puts imports first.
local load = require

--- Shows checks as they end; those that are skipped for the same reason stand together.
local function printer()
	local report = load("/apis/ai/doctor/report")
	local skipped = {}
	local function endModule()
		report.printSkipped(skipped)
		skipped = {}
	end
	local function check(found)
		local before = skipped[1]
		local isSame = before ~= nil and before.message == found.message
		if before ~= nil and not isSame then
			endModule()
		end
		if found.state == "skipped" then
			table.insert(skipped, found)
		else
			report.printCheck(found)
		end
	end
	return { check = check, ["end"] = endModule }
end

--- Makes all checks, with a moving line below those that have ended.
local function examine(context)
	local ping = context.options.answer ~= "no"
	if context.options.isQuiet then
		return context.ai.doctor({ ping = ping })
	end
	local doing = ""
	local checks = {}
	local shown = printer()
	during(function()
		checks = context.ai.doctor({
			ping = ping,
			onStart = function(name)
				doing = name
			end,
			onCheck = shown.check,
		})
	end, function()
		return doing
	end)
	shown["end"]()
	return checks
end

--- What is mended with.
local function tools()
	return {
		store = ownSettings(fs),
		disk = fs,
		ccpm = function()
			return load("/apis/libccpm")()
		end,
	}
end

--- Does something, if need be after asking.
local function mendOne(context, check, remedy)
	local mending = load("/apis/ai/doctor/mend")
	local question = mending.QUESTIONS[remedy.kind]
	local ok, value = outcome(function()
		if question ~= nil and not confirm(context, "doctor --fix", question) then
			return nil
		end
		return mending.mend(tools(), remedy)
	end)
	return ok and { check = check, done = value } or { check = check, failure = value }
end

local function run(context)
	local checks = examine(context)
	if context.flags.fix == nil then
		return { checks = checks }
	end
	local mended = {}
	for _, check in ipairs(checks) do
		local remedy = check.remedy
		if remedy ~= nil then
			table.insert(mended, mendOne(context, check.check, remedy))
		end
	end
	return {
		checks = checks,
		mended = listOf(mended),
	}
end

--- The names of the checks of a state that were not mended.
local function namesOf(result, state)
	local names = {}
	for _, check in ipairs(result.checks) do
		local isMended = false
		for _, one in ipairs(result.mended or {}) do
			if one.check == check.check and one.done ~= nil then
				isMended = true
			end
		end
		if check.state == state and not isMended then
			table.insert(names, check.check)
		end
	end
	return names
end

local function showMended(mended)
	for _, one in ipairs(mended) do
		if one.done ~= nil then
			say(one.check .. ": " .. one.done, colours.lime)
		end
		if one.failure ~= nil then
			showFailure(one.failure)
		end
	end
	if #mended == 0 then
		remark("There is nothing here that --fix could mend.")
	end
end

local function show(context, result)
	if context.options.isQuiet then
		local shown = printer()
		for _, check in ipairs(result.checks) do
			shown.check(check)
		end
		shown["end"]()
	end
	if result.mended ~= nil then
		showMended(result.mended)
	end
	local failed = namesOf(result, "failed")
	local warned = namesOf(result, "warning")
	if #failed > 0 then
		say("Failed: " .. table.concat(failed, ", "), colours.red)
	end
	if #warned > 0 then
		say("Look at: " .. table.concat(warned, ", "), colours.yellow)
	end
	if #failed == 0 and #warned == 0 then
		say("All is well.", colours.lime)
	end
end

local doctor = {
	name = "doctor",
	usage = "ai doctor [--fix]",
	purpose = "Find out what is wrong",
	run = run,
	hasFailed = function(result)
		return #namesOf(result, "failed") > 0
	end,
	show = show,
}
return doctor
