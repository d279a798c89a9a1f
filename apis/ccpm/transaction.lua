-- Changes files of the computer all at once or not at all, whenever the power goes.

local encode = require("/apis/trapos/json").encode
local fail = require("/apis/ccpm/failure").fail
local finish = require("/apis/ccpm/finish")
local sha256 = require("/apis/ccpm/sha256").sha256

local M = {}

--- What CC counts for a folder, and at least for a file. Source: MountConstants in CC: Tweaked.
M.LEAST = 500

--- To be fetched first: where it is not installed, a transaction needs it before anything else.
M.FINISHER = "apis/ccpm/finish.lua"
local STAGING = finish.STAGING

--- Makes a function whose failures, and what the disk raises, are returned.
local function guarded(act)
	return function(...)
		local ok, value = pcall(act, ...)
		if ok or type(value) == "table" then
			return ok, value
		end
		return false, fail("cannot_write", {
			path = STAGING,
			what = finish.reasonOf(value),
		})
	end
end

local function changed(path)
	error(fail("changed_meanwhile", { path = path }), 0)
end

--- Finishes what is committed; returns what was done, if anything.
local function finishCommitted(disk)
	local done, line = finish.recover(disk)
	if not done then
		error(fail("not_finished", { what = line }), 0)
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
		sizes[name] = disk.getSize(finish.PARTIAL .. "/" .. name)
	end
	return sizes
end

--- Begins a transaction. One of another program that is not committed is taken over: that program is told at its next
-- step. One that is committed is finished first, and this one fails (`changed_meanwhile`).
--
-- @param disk the computer's fs
-- @param files what the plan changes. On a computer without ccpm, stage apis/ccpm/finish.lua first: it looks after a
-- power cut, and is found by its path
function M.open(disk, files)
	local contents = finish.PARTIAL .. "/"

	--- It is there as long as this is the transaction under way.
	local owner = STAGING .. "/of-" .. tostring(math.random(1000000000))

	--- Contents of the plan by sha256, and whether they are there and right.
	local staged = {}
	local finisher
	local isGuarded = false
	local function own()
		if not disk.exists(owner) then
			changed(STAGING)
		end
	end

	--- From here on the next boot tidies up.
	local function guard(source)
		if isGuarded then
			return
		end
		isGuarded = true
		if disk.exists(finish.FINISHER) then
			if finish.read(disk, finish.FINISHER) == finish.read(disk, source) then
				return
			end
			disk.delete(finish.FINISHER)
		end
		local made = owner .. "/startup"
		disk.makeDir(made)
		disk.copy(source, owner .. "/" .. finish.FINISHER)

		-- In one step with a folder that is made for it.
		if disk.isDir("startup") then
			disk.move(owner .. "/" .. finish.FINISHER, finish.FINISHER)
		else
			disk.move(made, "startup")
		end
	end
	local function accept(sha)
		staged[sha] = true
		if sha == finisher then
			guard(contents .. sha)
		end
	end
	local function has(fingerprint)
		local sha = fingerprint.sha256
		local path = contents .. sha
		if not staged[sha] and disk.exists(path) and sha256(finish.read(disk, path)) == sha then
			accept(sha)
		end
		return staged[sha]
	end
	local function keep()
		-- What cannot be tidied up now is at the next boot.
		if disk.exists(owner) and not disk.exists(finish.JOURNAL) then
			pcall(finish.clean, disk, true)
		end
	end
	local begin = guarded(function()
		if finishCommitted(disk) ~= nil then
			changed("trapos/ccpm.lock.json")
		end

		-- A power cut has left it on its way out, and startup files did not run since then.
		if (finish.placeOf(disk) or finish.FINISHER) ~= finish.FINISHER then
			finish.clean(disk, true)
		end
		for _, path in ipairs({ "startup", "trapos" }) do
			if disk.exists(path) and not disk.isDir(path) then
				error(fail("file_in_the_way", { path = path, name = "ccpm" }), 0)
			end
		end
		disk.delete(STAGING)
		disk.makeDir(owner)
		local isSound = disk.exists(M.FINISHER)
		for _, change in ipairs(files) do
			local to = change.to
			if to ~= nil then
				staged[to.sha256] = false
			end
			if to ~= nil and change.path == M.FINISHER then
				finisher = to.sha256

				-- Somebody has changed it.
				if change.backup ~= nil then
					isSound = false
				end
			end
		end
		if isSound then
			guard(M.FINISHER)
		end
		for sha in pairs(M.leftBehind(disk)) do
			if staged[sha] == nil then
				disk.delete(contents .. sha)
			end
		end
	end)
	local stage = guarded(function(fingerprint, content)
		own()
		write(disk, contents .. fingerprint.sha256, content)
		accept(fingerprint.sha256)
	end)
	local commit = guarded(function(plan, stateFiles)
		own()
		local steps = {}
		local going = {}

		--- Contents and folders.
		local used = {}
		local needed = 0
		local function requireFolder(path)
			local folder = fs.getDir(path)
			if used[folder] or disk.isDir(folder) then
				return
			end
			if disk.exists(folder) and not going[folder] then
				changed(folder)
			end
			used[folder] = true
			needed = needed + M.LEAST
			requireFolder(folder)
		end
		for _, change in ipairs(plan.files) do
			local path = change.path
			local backup = change.backup
			local seen = change.found or {}
			local now = disk.exists(path) and disk.attributes(path) or {}
			if now.size ~= seen.size or now.modified ~= seen.modified or now.isDir then
				changed(path)
			end
			if backup ~= nil then
				if disk.exists(backup) then
					changed(backup)
				end
				requireFolder(backup)
			end
			local source
			if change.to == nil then
				going[path] = true
			else
				if not staged[change.to.sha256] then
					changed(STAGING)
				end
				requireFolder(path)
				local content = contents .. change.to.sha256

				-- The same content may go to several places.
				source = used[content] and owner .. "/" .. tostring(#steps) or content
				if used[content] then
					disk.copy(content, source)
				end
				used[content] = true
			end
			steps[#steps + 1] = {
				path = path,
				staged = source,
				backup = backup,
				seen = finish.standing(disk, path),
			}
		end
		for _, path in ipairs(plan.data) do
			steps[#steps + 1] = { path = path, folder = true }
		end
		local paths = {}
		for path in pairs(stateFiles) do
			paths[#paths + 1] = path
		end
		table.sort(paths)
		for _, path in ipairs(paths) do
			local text = stateFiles[path]
			local source = text ~= false and owner .. "/" .. fs.getName(path) or nil
			if source ~= nil then
				write(disk, source, text)
			end
			steps[#steps + 1] = { path = path, staged = source }
		end
		write(disk, finish.JOURNAL .. ".new", encode({ version = 1, title = plan.title, steps = steps }))

		-- Nothing but folders takes space from here on.
		local free = disk.getFreeSpace("/")
		if free ~= "unlimited" and free < needed then
			error(fail("no_space", { needed = needed, free = free }), 0)
		end
		disk.move(finish.JOURNAL .. ".new", finish.JOURNAL)
		finishCommitted(disk)
	end)
	local ok, failure = begin()
	if ok then
		return true, { has = has, stage = stage, keep = keep, commit = commit }
	end
	keep()
	return false, failure
end

return M
