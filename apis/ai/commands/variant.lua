-- `ai variant [name|default]`: shows or chooses the variant of the model.

local screen = require("/apis/trapos/screen")
local remark, say = screen.remark, screen.say
local knownNames = require("/apis/ai/completions").knownNames
local wait = require("/apis/ai/view/waiting").wait

--- The word that stands for none.
local DEFAULT = "default"

local function run(context, words)
	local name = words[1]
	if name == nil then
		local chosen = settings.get("opencc.variant")
		return { variant = chosen ~= "" and chosen or nil, isChosen = false }
	end
	local wanted = name ~= DEFAULT and name or nil
	return {
		variant = wait(context.options, function()
			return context.ai.chooseVariant(wanted)
		end),
		isChosen = true,
	}
end

local function show(_context, choice)
	local variant = choice.variant
	if variant ~= nil then
		say((choice.isChosen and "Asking from now on" or "Asking") .. ": " .. variant)
	else
		remark("No variant is chosen.")
	end
end

local variant = {
	name = "variant",
	usage = "ai variant [name|default]",
	purpose = "Show or set the variant",
	most = 1,
	complete = function()
		return knownNames("variants", DEFAULT)
	end,
	run = run,
	show = show,
}
return variant
