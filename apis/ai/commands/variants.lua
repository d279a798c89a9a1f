-- `ai variants`: lists the variants of the model that is asked.

local listOf = require("/apis/trapos/json").listOf
local listingModule = require("/apis/trapos/listing")
local add, showListing, start = listingModule.add, listingModule.show, listingModule.start
local remark = require("/apis/trapos/screen").remark
local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	return listOf(wait(context.options, function()
		return context.ai.variants()
	end))
end

local function show(_context, variants)
	if #variants == 0 then
		remark("This model has no variants. Choose another: ai models")
		return
	end
	local chosen = settings.get("opencc.variant")
	local listing = start()
	for _, variant in ipairs(variants) do
		add(listing, (variant == chosen and "*" or " ") .. " " .. variant)
	end
	showListing(listing)
end

local variants = {
	name = "variants",
	usage = "ai variants",
	purpose = "List the model's variants",
	run = run,
	show = show,
}
return variants
