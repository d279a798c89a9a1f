-- `ai models [search]`: lists the models that the server has, the recently chosen ones first.

local listOf = require("/apis/trapos/json").listOf
local listingModule = require("/apis/trapos/listing")
local add, showListing, start = listingModule.add, listingModule.show, listingModule.start
local choose = require("/apis/trapos/chooser").choose
local isInteractive = require("/apis/trapos/interactive").isInteractive
local screen = require("/apis/trapos/screen")
local remark, say = screen.remark, screen.say
local text = require("/apis/trapos/text")
local cut, oneLine, tokensText = text.cut, text.oneLine, text.tokensText
local wait = require("/apis/ai/view/waiting").wait

local function run(context, words)
	local wanted = string.lower(words[1] or "")
	local found = {}
	for _, model in
		ipairs(wait(context.options, function()
			return context.ai.models()
		end))
	do
		local at = string.find(string.lower(model.id .. " " .. model.name), wanted, 1, true)
		if at ~= nil then
			table.insert(found, model)
		end
	end
	return listOf(found)
end

--- How much it can read, and what a million tokens of reading and writing cost.
local function detailOf(model)
	local details = {}
	if (model.context or 0) > 0 then
		table.insert(details, tokensText(model.context))
	end
	if (model.inputCost or 0) > 0 then
		table.insert(details, string.format("$%g/%g", model.inputCost, model.outputCost or 0))
	end
	return #details ~= 0 and table.concat(details, " ") or nil
end

local function nameOf(model, id)
	return (model.current and "*" or " ") .. " " .. id
end

--- A model on one row, with what is told of it where there is room.
local function rowOf(model, width)
	local name = nameOf(model, oneLine(model.id))
	local detail = detailOf(model) or ""
	local gap = width - #name - #detail
	return gap > 0 and name .. string.rep(" ", gap) .. detail or cut(name, width)
end

--- Lets somebody choose the model that is asked from now on.
local function chooseOne(context, models)
	local choice = choose({
		rows = function(width)
			local rows = {}
			for _, model in ipairs(models) do
				table.insert(rows, rowOf(model, width))
			end
			return rows
		end,
		enter = "ask it",
	})
	if choice == nil then
		return
	end
	local chosen = wait(context.options, function()
		return context.ai.chooseModel(models[choice.index].id)
	end)
	if chosen ~= nil then
		say("Asking from now on: " .. chosen.id)
	end
end

--- Says why there is nothing to show.
local function showNone(search)
	if search == nil then
		remark("The server has no models. Look at its configuration.")
	else
		remark('No model fits "' .. search .. '". See all: ai models')
	end
end

local function show(context, models, words)
	if #models == 0 then
		showNone(words[1])
		return
	end
	if isInteractive() then
		chooseOne(context, models)
		return
	end
	local listing = start()
	for _, model in ipairs(models) do
		add(listing, nameOf(model, model.id), nil, detailOf(model))
	end
	showListing(listing)
end

local models = {
	name = "models",
	usage = "ai models [search]",
	purpose = "List them; * is asked",
	section = "Models and agents",
	most = 1,
	run = run,
	show = show,
}
return models
