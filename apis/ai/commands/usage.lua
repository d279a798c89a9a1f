-- `ai usage [session|today|all]`: says how many tokens were used, and what they cost.

local listingModule = require("/apis/trapos/listing")
local add, showListing, start = listingModule.add, listingModule.show, listingModule.start
local countText = require("/apis/trapos/text").countText
local wait = require("/apis/ai/view/waiting").wait

local PERIODS = { "session", "today", "all" }

local function isPeriod(word)
	for _, period in ipairs(PERIODS) do
		if period == word then
			return true
		end
	end
	return false
end

local function run(context, words)
	local of = words[1]
	return wait(context.options, function()
		return context.ai.usage({ of = of, session = context.options.session })
	end)
end

local function show(_context, used)
	local listing = start()
	add(listing, "read", nil, countText(used.input) .. " tokens")
	add(listing, "  from the cache", nil, countText(used.cached) .. " tokens")
	add(listing, "written", nil, countText(used.output) .. " tokens")
	if used.reasoning > 0 then
		add(listing, "  thought", nil, countText(used.reasoning) .. " tokens")
	end
	add(listing, "cost", nil, string.format("$%.4f", used.cost))
	if used.sessions > 1 then
		add(listing, "sessions", nil, countText(used.sessions))
	end
	local context = used.context
	if context ~= nil then
		local limit = used.limit
		local share = limit == nil and ""
			or string.format(" of %s (%.0f %%)", countText(limit), 100 * context / limit)
		add(listing, "context", nil, countText(context) .. share)
	end
	showListing(listing)
end

local usage = {
	name = "usage",
	usage = "ai usage [session|today|all]",
	purpose = "Show tokens and cost",
	section = "The server",
	most = 1,
	fits = function(words)
		return isPeriod(words[1])
	end,
	complete = function()
		return PERIODS
	end,
	run = run,
	show = show,
}
return usage
