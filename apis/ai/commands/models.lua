-- `ai models [search]`: lists the models that the server has, the recently chosen ones first.

local listOf = require("/apis/trapos/json").listOf
local listingModule = require("/apis/trapos/listing")
local add, showListing, start = listingModule.add, listingModule.show, listingModule.start
local remark = require("/apis/trapos/screen").remark
local tokensText = require("/apis/trapos/text").tokensText
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

local function show(_context, models)
	if #models == 0 then
		remark("No model is called like that. See: ai models")
		return
	end
	local listing = start()
	for _, model in ipairs(models) do
		local mark = model.current and "*" or " "
		add(listing, mark .. " " .. model.id, nil, detailOf(model))
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
