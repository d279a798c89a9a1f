-- Does what a plan says.

local outcome = require("/apis/trapos/failure").outcome
local raise = require("/apis/ccpm/failure").raise
local stamp = require("/apis/ccpm/look").stamp
local fetchFile = require("/apis/ccpm/registry").fetchFile
local LOCK = require("/apis/ccpm/state").LOCK
local transactionModule = require("/apis/ccpm/transaction")
local commit, FINISHER, has, keep, open, stage =
	transactionModule.commit,
	transactionModule.FINISHER,
	transactionModule.has,
	transactionModule.keep,
	transactionModule.open,
	transactionModule.stage

local M = {}

--- Fetches what a plan needs, and does it.
local function carryOut(tools, plan, transaction)
	local wanted = {}
	local seen = {}
	for _, change in ipairs(plan.files) do
		local to = change.to
		if to and not seen[to.sha256] and not has(transaction, to) then
			seen[to.sha256] = true
			table.insert(wanted, change.path == FINISHER and 1 or #wanted + 1, change)
		end
	end
	local total = #wanted
	local begun = 0
	local done = 0
	local bytes = 0
	local failure
	local function tell(phase, name)
		tools.onProgress({
			phase = phase,
			name = name,
			done = done,
			total = total,
			bytes = bytes,
			totalBytes = plan.download,
		})
	end
	local function work(last)
		while begun < last and failure == nil do
			begun = begun + 1
			local change = wanted[begun]
			tell("fetch", change.path)
			local ok, problem = outcome(function()
				return stage(transaction, change.to, fetchFile(change, tools.fetch))
			end)
			if not ok then
				failure = problem
			end
			done = done + 1
			bytes = bytes + change.to.size
		end
	end
	local function all()
		work(total)
	end

	-- The finisher alone. CC allows 16 requests a computer, and other programs may want some.
	work(math.min(1, total))
	parallel.waitForAll(all, all, all, all)
	if failure ~= nil then
		error(failure, 0)
	end
	tell("apply", plan.title)

	-- Nothing yields from here on.
	if stamp(tools.disk) ~= plan.stamp then
		raise("changed_meanwhile", { path = LOCK })
	end
	commit(transaction, plan, plan.state)
end

--- Does what a plan says, whole or not at all. Raises failures, and what interrupts it, after what was fetched is put
-- aside for the next time.
function M.apply(tools, plan)
	if #plan.files + #plan.data == 0 and (next(plan.state)) == nil then
		return
	end
	if plan.free < plan.needed then
		raise("no_space", { needed = plan.needed, free = plan.free })
	end
	local transaction = open(tools.disk, plan.files)
	local ok, failure = pcall(carryOut, tools, plan, transaction)
	if ok then
		return
	end
	keep(transaction)
	error(failure, 0)
end

return M
