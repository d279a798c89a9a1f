-- Changes files of the computer all at once or not at all, whenever the power goes.
--
-- `open` begins a transaction, `stage` brings one new content after the other, and `commit` writes down what is to be
-- done. From that moment on it will be done, by the finisher (`finish`): at once, or else when the computer boots.

local isFailure = require("/apis/trapos/failure").isFailure
local encode = require("/apis/trapos/json").encode
local raise = require("/apis/ccpm/failure").raise
local finish = require("/apis/ccpm/finish")
local sha256 = require("/apis/ccpm/sha256").sha256

local M = {}

--- What CC counts for a folder, and at least for a file. Source: MountConstants in CC: Tweaked.
M.LEAST = 500

--- To be fetched first: where it is not installed, a transaction needs it before anything else.
M.FINISHER = "apis/ccpm/finish.lua"
local STAGING = finish.STAGING

--- Calls a function; what the disk raises is raised as a failure.
local function onDisk(act, ...)
	local ok, value = pcall(act, ...)
	if ok then
		return value
	end
	if isFailure(value) then
		error(value, 0)
	end
	return raise("cannot_write", {
		path = STAGING,
		what = finish.reasonOf(value),
	})
end

--- Fails, as a path is not what it was.
local function raiseChanged(path)
	return raise("changed_meanwhile", { path = path })
end

--- Where a new content waits.
local function placeOfContent(sha)
	return finish.PARTIAL .. "/" .. sha
end

--- Finishes what is committed; returns what was done, if anything.
local function finishCommitted(disk)
	local done, line = finish.recover(disk)
	if not done then
		raise("not_finished", { what = line })
	end
	return line
end

--- Writes a new file, of which nothing stays when that fails.
local function write(disk, path, content)
	local file, reason = disk.open(path, "wb")
	if file == nil then
		error(reason, 0)
	end
	local ok, problem = pcall(function()
		file.write(content)
	end)
	file.close()
	if ok and disk.getSize(path) == #content then
		return
	end
	disk.delete(path)
	error(ok and "Out of space" or problem, 0)
end

--- Contents that an interrupted run has left: sizes by sha256, not checked. They count as used space until the next
-- transaction opens, which keeps what it needs of them.
function M.leftBehind(disk)
	local sizes = {}
	for _, name in ipairs(disk.isDir(finish.PARTIAL) and disk.list(finish.PARTIAL) or {}) do
		sizes[name] = disk.getSize(placeOfContent(name))
	end
	return sizes
end

--- Fails where another transaction has taken over.
local function requireOwner(transaction)
	if not transaction.disk.exists(transaction.owner) then
		raiseChanged(STAGING)
	end
end

--- Makes a copy of the finisher a startup file: from here on the next boot tidies up.
local function guard(transaction, source)
	local disk = transaction.disk
	if transaction.isGuarded then
		return
	end
	transaction.isGuarded = true
	if disk.exists(finish.FINISHER) then
		if finish.read(disk, finish.FINISHER) == finish.read(disk, source) then
			return
		end
		disk.delete(finish.FINISHER)
	end
	local folder = transaction.owner .. "/startup"
	local copy = transaction.owner .. "/" .. finish.FINISHER
	disk.makeDir(folder)
	disk.copy(source, copy)

	-- In one step with a folder that is made for it.
	if disk.isDir("startup") then
		disk.move(copy, finish.FINISHER)
	else
		disk.move(folder, "startup")
	end
end

--- Notes that a content is there and right.
local function accept(transaction, sha)
	transaction.staged[sha] = true
	if sha == transaction.finisher then
		guard(transaction, placeOfContent(sha))
	end
end

--- Finishes or clears away what an earlier transaction has left, and makes the folder of this one.
local function takeOver(transaction)
	local disk = transaction.disk
	if finishCommitted(disk) ~= nil then
		raiseChanged("trapos/ccpm.lock.json")
	end

	-- A power cut has left it on its way out, and startup files did not run since then.
	if (finish.placeOf(disk) or finish.FINISHER) ~= finish.FINISHER then
		finish.clean(disk, true)
	end
	for _, path in ipairs({ "startup", "trapos" }) do
		if disk.exists(path) and not disk.isDir(path) then
			raise("file_in_the_way", { path = path, name = "ccpm" })
		end
	end
	disk.delete(STAGING)
	disk.makeDir(transaction.owner)
end

--- Notes which contents are to be staged.
--
-- @returns whether the finisher that is installed can be used
local function noteContents(transaction, files)
	local isSound = transaction.disk.exists(M.FINISHER)
	for _, change in ipairs(files) do
		local to = change.to
		if to ~= nil then
			transaction.staged[to.sha256] = false
		end
		if to ~= nil and change.path == M.FINISHER then
			transaction.finisher = to.sha256

			-- Somebody has changed it.
			if change.backup ~= nil then
				isSound = false
			end
		end
	end
	return isSound
end

--- Makes a place for the contents, among those that an interrupted run has left and that are needed.
local function begin(transaction, files)
	takeOver(transaction)
	if noteContents(transaction, files) then
		guard(transaction, M.FINISHER)
	end
	for sha in pairs(M.leftBehind(transaction.disk)) do
		if transaction.staged[sha] == nil then
			transaction.disk.delete(placeOfContent(sha))
		end
	end
end

--- Gives up in an orderly way: what is staged is kept for the next run. To be called after every failure, of `commit` too;
-- it does nothing once that has begun to change files.
function M.keep(transaction)
	local disk = transaction.disk

	-- What cannot be tidied up now is at the next boot.
	if disk.exists(transaction.owner) and not disk.exists(finish.JOURNAL) then
		pcall(finish.clean, disk, true)
	end
end

--- Begins a transaction. One of another program that is not committed is taken over: that program is told at its next
-- step. One that is committed is finished first, and this one fails (`changed_meanwhile`).
--
-- @param disk the computer's fs
-- @param files what the plan changes. On a computer without ccpm, stage apis/ccpm/finish.lua first: it looks after a
-- power cut, and is found by its path
function M.open(disk, files)
	local owner = STAGING .. "/of-" .. tostring(math.random(1000000000))
	local transaction = { disk = disk, owner = owner, staged = {}, isGuarded = false }
	local ok, failure = pcall(onDisk, begin, transaction, files)
	if ok then
		return transaction
	end
	M.keep(transaction)
	error(failure, 0)
end

--- Whether a content is staged already, as from a run that failed before. May yield.
function M.has(transaction, fingerprint)
	local disk = transaction.disk
	local sha = fingerprint.sha256
	if transaction.staged[sha] then
		return true
	end
	local path = placeOfContent(sha)
	if not disk.exists(path) or sha256(finish.read(disk, path)) ~= sha then
		return false
	end
	accept(transaction, sha)
	return true
end

--- Writes a content where it waits.
local function stageContent(transaction, fingerprint, content)
	requireOwner(transaction)
	write(transaction.disk, placeOfContent(fingerprint.sha256), content)
	accept(transaction, fingerprint.sha256)
end

--- Stages a content, which must have been checked against its fingerprint.
function M.stage(transaction, fingerprint, content)
	onDisk(stageContent, transaction, fingerprint, content)
end

--- Sees to it that there is a folder for a path, and counts what it takes.
local function requireFolder(preparation, path)
	local disk = preparation.transaction.disk
	local folder = fs.getDir(path)
	if preparation.folders[folder] or disk.isDir(folder) then
		return
	end
	if disk.exists(folder) and not preparation.going[folder] then
		raiseChanged(folder)
	end
	preparation.folders[folder] = true
	preparation.needed = preparation.needed + M.LEAST
	requireFolder(preparation, folder)
end

--- Fails where a file is not as the plan saw it.
local function requireUnchanged(disk, change)
	local path = change.path
	local seen = change.found or {}
	local now = disk.exists(path) and disk.attributes(path) or {}
	if now.size ~= seen.size or now.modified ~= seen.modified or now.isDir then
		raiseChanged(path)
	end
	if change.backup ~= nil and disk.exists(change.backup) then
		raiseChanged(change.backup)
	end
end

--- The file that a step moves to its place. The same content may go to several places.
local function takeContent(preparation, sha)
	local transaction = preparation.transaction
	local content = placeOfContent(sha)
	if not preparation.placed[sha] then
		preparation.placed[sha] = true
		return content
	end
	local copy = transaction.owner .. "/" .. tostring(#preparation.steps)
	transaction.disk.copy(content, copy)
	return copy
end

--- Works out the step of one file.
local function prepareFile(preparation, change)
	local transaction = preparation.transaction
	local path = change.path
	local backup = change.backup
	local to = change.to
	requireUnchanged(transaction.disk, change)
	if backup ~= nil then
		requireFolder(preparation, backup)
	end
	local staged
	if to == nil then
		preparation.going[path] = true
	else
		if not transaction.staged[to.sha256] then
			raiseChanged(STAGING)
		end
		requireFolder(preparation, path)
		staged = takeContent(preparation, to.sha256)
	end
	table.insert(preparation.steps, {
		path = path,
		staged = staged,
		backup = backup,
		seen = finish.standing(transaction.disk, path),
	})
end

--- Works out the steps of ccpm's own files, and writes their texts.
local function prepareState(preparation, stateFiles)
	local transaction = preparation.transaction
	local paths = {}
	for path in pairs(stateFiles) do
		paths[#paths + 1] = path
	end
	table.sort(paths)
	for _, path in ipairs(paths) do
		local text = stateFiles[path]
		local staged = text ~= false and transaction.owner .. "/" .. fs.getName(path) or nil
		if staged ~= nil then
			write(transaction.disk, staged, text)
		end
		table.insert(preparation.steps, { path = path, staged = staged })
	end
end

--- Works out all steps, and writes what they need beside the contents.
local function prepare(transaction, plan, stateFiles)
	local preparation = {
		transaction = transaction,
		steps = {},
		going = {},
		placed = {},
		folders = {},
		needed = 0,
	}
	for _, change in ipairs(plan.files) do
		prepareFile(preparation, change)
	end
	for _, path in ipairs(plan.data) do
		table.insert(preparation.steps, { path = path, folder = true })
	end
	prepareState(preparation, stateFiles)
	return preparation
end

--- Writes down what is to be done, and has it done.
local function commitPlan(transaction, plan, stateFiles)
	local disk = transaction.disk
	requireOwner(transaction)
	local preparation = prepare(transaction, plan, stateFiles)
	local journal = { version = 1, title = plan.title, steps = preparation.steps }
	write(disk, finish.JOURNAL .. ".new", encode(journal))

	-- Nothing but folders takes space from here on.
	local needed = preparation.needed
	local free = disk.getFreeSpace("/")
	if free ~= "unlimited" and free < needed then
		raise("no_space", { needed = needed, free = free })
	end
	disk.move(finish.JOURNAL .. ".new", finish.JOURNAL)
	finishCommitted(disk)
end

--- Does it, without yielding. Fails with nothing changed when a file is not as the plan saw it (`changed_meanwhile`) or the
-- disk is too full (`no_space`, `cannot_write`). `not_finished` alone says that it has begun: the next boot goes on with
-- it.
--
-- @param transaction where all contents of the plan are staged
-- @param plan what is to be done
-- @param stateFiles the texts of ccpm's own files by path from the root, false for those that go; their places are
-- taken last
function M.commit(transaction, plan, stateFiles)
	onDisk(commitPlan, transaction, plan, stateFiles)
end

return M
