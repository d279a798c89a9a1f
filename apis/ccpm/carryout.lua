-- Shows a plan, asks, and does what it says.

local listingModule = require("/apis/trapos/listing")
local add, show, start = listingModule.add, listingModule.show, listingModule.start
local ask = require("/apis/trapos/question").ask
local say = require("/apis/trapos/screen").say
local raise = require("/apis/ccpm/failure").raise
local NOTE = require("/apis/ccpm/packagelist").NOTE
local progress = require("/apis/ccpm/progress")
local bytes, note, working = progress.bytes, progress.note, progress.working

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

--- Shows a plan and asks; false where it is not to be carried out.
local function isWanted(plan, manner, isFitting)
	if manner["dry-run"] ~= nil then
		return false
	end

	-- What does not fit on the disk needs no question: `apply` says so.
	local isAsked = not isEmpty(plan) and isFitting and manner.yes == nil
	return not isAsked or ask("Go on?", true)
end

local function sayDone(plan)
	if not isEmpty(plan) then
		say(startsAnew(plan) and "Done. To use it all: reboot" or "Done.", NOTE)
	end
end

--- Shows a plan, asks and applies it.
--
-- @returns false where the player says no
function M.carryOut(ccpm, plan, manner)
	showPlan(plan)
	if not isWanted(plan, manner, plan.needed <= plan.free) then
		return manner["dry-run"] ~= nil
	end
	working(function()
		return ccpm.apply(plan)
	end)
	sayDone(plan)
	return true
end

--- How an upgrade goes on whose old files are gone, and whose new ones are not all there.
local GO_ON = "The rest is fetched by: ccpm verify --fix"

--- Fetches the files whose places are empty. Fails with `not_repairable` where no registry has one of them any more.
local function fetchMissing(ccpm)
	local missing = {}
	for _, finding in ipairs(ccpm.verify()) do
		if finding.problem == "missing" then
			table.insert(missing, finding)
		end
	end
	local plan = ccpm.planRepair(missing)
	ccpm.apply(plan)

	-- The plan has none of those, as it has none where the registries do not answer.
	local isFetched = {}
	for _, file in ipairs(plan.files) do
		isFetched[file.path] = true
	end
	for _, finding in ipairs(missing) do
		local path = finding.path
		if not isFetched[path] then
			raise("not_repairable", { path = path, name = finding.package })
		end
	end
end

--- Whether a file of a package is not there.
local function isMissing(ccpm)
	for _, known in pairs(ccpm.state().lock.packages) do
		for path in pairs(known.files) do
			if not fs.exists(path) then
				return true
			end
		end
	end
	return false
end

--- Upgrades packages after asking. Where old and new files have no room beside each other, those that ccpm can do without go
-- first.
--
-- @param names the packages; all where it is absent
-- @param force whether files of no package are moved aside
-- @returns false where the player says no
function M.carryOutUpgrade(ccpm, names, force, manner)
	local plan = working(function()
		return ccpm.planUpgrade(names, { force = force })
	end)
	if isEmpty(plan) and isMissing(ccpm) then
		note("Files are missing. Mend it: ccpm verify --fix")
	end
	if plan.needed <= plan.free then
		return M.carryOut(ccpm, plan, manner)
	end
	local removal = working(function()
		return ccpm.planUpgrade(names, { force = force, removeFirst = true })
	end)
	local isRoomFirst = removal.needed <= removal.free
	local isRoomThen = plan.needed <= removal.free + removal.freed
	if not isRoomFirst or not isRoomThen then
		return M.carryOut(ccpm, plan, manner)
	end
	showPlan(plan)
	note("No room for old files beside new ones: the old go first. If that is cut short: ccpm verify --fix")
	if not isWanted(plan, manner, true) then
		return manner["dry-run"] ~= nil
	end
	working(function()
		return ccpm.apply(removal)
	end)
	local ok, problem = pcall(working, function()
		return fetchMissing(ccpm)
	end, GO_ON)
	if not ok then
		if problem ~= "Terminated" then
			note(GO_ON)
		end
		error(problem, 0)
	end
	sayDone(plan)
	return true
end

return M
