-- `ai model [name|default]`: shows or chooses the model that is asked.

local screen = require("/apis/trapos/screen")
local remark, say = screen.remark, screen.say
local nearest = require("/apis/trapos/nearest").nearest
local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local knownNames = require("/apis/ai/completions").knownNames
local fail = require("/apis/ai/failure").fail
local readSettings = require("/apis/ai/settings").readSettings
local wait = require("/apis/ai/view/waiting").wait

--- The word that stands for the server's own choice.
local DEFAULT = "default"

local function run(context, words)
	local name = words[1]
	return wait(context.options, function()
		if name ~= nil then
			local model = context.ai.chooseModel(name ~= DEFAULT and name or nil)
			return { model = model, isChosen = true }
		end
		local names = {}
		for _, model in ipairs(context.ai.models()) do
			if model.current then
				return { model = model, isChosen = false }
			end
			table.insert(names, model.id)
		end
		local wanted = readSettings(ownSettings(fs)).model
		if wanted ~= nil then
			error(
				fail("unknown_model", {
					wanted = wanted,
					known = nearest(wanted, names),
				}),
				0
			)
		end
		return { isChosen = false }
	end)
end

local function show(_context, choice)
	local model = choice.model
	if model ~= nil then
		say((choice.isChosen and "Asking from now on" or "Asking") .. ": " .. model.id)
	elseif choice.isChosen then
		remark("In new sessions the server chooses (ai new).")
	else
		remark("The server chooses the model.")
	end
end

local model = {
	name = "model",
	usage = "ai model [name|default]",
	purpose = "Show or set the model",
	most = 1,
	complete = function()
		return knownNames("models", DEFAULT)
	end,
	run = run,
	show = show,
}
return model
