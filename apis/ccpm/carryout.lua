-- Shows a plan, asks, and does what it says.

local listingModule = require("/apis/trapos/listing")
local add, show, start = listingModule.add, listingModule.show, listingModule.start
local ask = require("/apis/trapos/question").ask
local say = require("/apis/trapos/screen").say
local NOTE = require("/apis/ccpm/packagelist").NOTE
local progress = require("/apis/ccpm/progress")
local bytes, working = progress.bytes, progress.working

local M = {}

--- What there is of packages, by the registry that they come from.
local function addPackages(listing, plan)
	local source
	for _, change in ipairs(plan.packages) do
		local name = change.name
		local from = change.from
		local to = change.to
		local group = to == nil and "Remove:" or "From " .. tostring(change.registry) .. ":"
		if group ~= source then
			add(listing, group)
		end
		source = group
		if to == nil then
			add(listing, "- " .. name, colours.red, from)
		elseif from == nil then
			add(listing, "+ " .. name, colours.lime, to)
		else
			add(listing, "> " .. name, NOTE, from .. " > " .. to)
		end
	end
end

--- What there is of files: their names only where no package stands for them.
local function addFiles(listing, plan)
	local fetched = 0
	for _, file in ipairs(plan.files) do
		if file.to then
			fetched = fetched + 1
		end
		if #plan.packages == 0 then
			add(listing, (file.to and "+ " or "- ") .. file.path)
		end
	end
	for _, path in ipairs(plan.data) do
		add(listing, "- " .. path .. " (data)", colours.red)
	end
	if fetched > 0 then
		add(listing, "Fetch " .. bytes(plan.download) .. ", files: " .. tostring(fetched))
	end
end

local function isEmpty(plan)
	return #plan.packages + #plan.files + #plan.data == 0
end

local function showPlan(plan)
	local listing = start()
	local left = plan.free + plan.freed
	addPackages(listing, plan)
	addFiles(listing, plan)
	if not isEmpty(plan) and left >= 0 and left < math.huge then
		add(listing, "Disk left: " .. bytes(left))
	end
	for _, note in ipairs(plan.notes) do
		add(listing, note, NOTE)
	end

	-- Notes alone say why nothing can be done.
	if isEmpty(plan) and #plan.notes == 0 then
		add(listing, "There is nothing to do.")
	end
	show(listing)
end

--- Whether all of a plan is in use at once: what starts with the computer is not.
local function startsAnew(plan)
	for _, file in ipairs(plan.files) do
		if file.to and string.sub(file.path, 1, 8) == "startup/" then
			return true
		end
	end
	return false
end

--- Shows a plan, asks and applies it.
--
-- @returns false where the player says no
function M.carryOut(ccpm, plan, manner)
	showPlan(plan)
	if manner["dry-run"] ~= nil then
		return true
	end

	-- What does not fit on the disk needs no question: `apply` says so.
	local isAsked = not isEmpty(plan) and plan.needed <= plan.free and manner.yes == nil
	if isAsked and not ask("Go on?", true) then
		return false
	end
	working(function()
		return ccpm.apply(plan)
	end)
	if not isEmpty(plan) then
		say(startsAnew(plan) and "Done. To use it all: reboot" or "Done.", NOTE)
	end
	return true
end

return M
