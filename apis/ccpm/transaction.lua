--- Changes files of the computer all at once or not at all, whenever the power goes.
local M = {}
local encode = require("/apis/json").encode
local fail = require("/apis/ccpm/failure").fail
local finish = require("/apis/ccpm/finish")
local sha256 = require("/apis/ccpm/sha256").sha256
local FOLDER_BYTES = 500
local FINISHER = "apis/ccpm/finish.lua"
local STAGING = finish.STAGING

local function guarded(act)
	return function(...)
		local ok, value = pcall(act, ...)
		if ok or type(value) == "table" then return ok, value end
		return false, fail("cannot_write", {path = STAGING, what = finish.reasonOf(value)})
	end
end

local function changed(path) error(fail("changed_meanwhile", {path = path}), 0) end

local function finishCommitted(disk)
	local done, line = finish.recover(disk)
	if not done then error(fail("not_finished", {what = line}), 0) end
	return line
end

local function write(disk, path, content)
	local file, reason = disk.open(path, "wb")
	if not file then error(reason, 0) end
	local ok, problem = pcall(function() file.write(content) end)
	file.close()
	if ok and disk.getSize(path) == #content then return end
	disk.delete(path)
	error(ok and "Out of space" or problem, 0)
end

function M.leftBehind(disk)
	local sizes = {}
	for _, name in ipairs(disk.isDir(finish.PARTIAL) and disk.list(finish.PARTIAL) or {}) do
		sizes[name] = disk.getSize(finish.PARTIAL .. "/" .. name)
	end
	return sizes
end

function M.open(disk, files)
	local contents = finish.PARTIAL .. "/"
	local owner = STAGING .. "/of-" .. math.random(1000000000)
	local staged = {}
	local finisher
	local function own()
		if not disk.exists(owner) then changed(STAGING) end
	end
	local function guard(source)
		if disk.exists(finish.FINISHER) then return end
		disk.copy(source, owner .. "/finish.lua")
		finish.moveTo(disk, owner .. "/finish.lua", finish.FINISHER)
	end
	local function accept(sha)
		staged[sha] = true
		if sha == finisher then guard(contents .. sha) end
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
		if disk.exists(owner) and not disk.exists(finish.JOURNAL) then pcall(finish.clean, disk, true) end
	end
	local begin = guarded(function()
		if finishCommitted(disk) then changed("trapos/ccpm.lock.json") end
		if disk.exists("startup") and not disk.isDir("startup") then
			error(fail("file_in_the_way", {path = "startup", name = "ccpm"}), 0)
		end
		disk.delete(STAGING)
		disk.makeDir(owner)
		if disk.exists(FINISHER) then guard(FINISHER) end
		for _, change in ipairs(files) do
			local to = change.to
			if to then staged[to.sha256] = false end
			if to and change.path == FINISHER then finisher = to.sha256 end
		end
		for sha in pairs(M.leftBehind(disk)) do
			if staged[sha] == nil then disk.delete(contents .. sha) end
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
		local used = {}
		local needed = 0
		local function requireFolder(path)
			local folder = fs.getDir(path)
			if used[folder] or disk.isDir(folder) then return end
			if disk.exists(folder) and not going[folder] then changed(folder) end
			used[folder] = true
			needed = needed + FOLDER_BYTES
			requireFolder(folder)
		end
		for _, change in ipairs(plan.files) do
			local path = change.path
			local backup = change.backup
			local seen = change.found or {}
			local now = disk.exists(path) and disk.attributes(path) or {}
			if now.size ~= seen.size or now.modified ~= seen.modified or now.isDir then changed(path) end
			if backup then
				if disk.exists(backup) then changed(backup) end
				requireFolder(backup)
			end
			local source
			if not change.to then
				going[path] = true
			else
				if not staged[change.to.sha256] then changed(STAGING) end
				requireFolder(path)
				local content = contents .. change.to.sha256
				source = used[content] and owner .. "/" .. #steps or content
				if used[content] then disk.copy(content, source) end
				used[content] = true
			end
			steps[#steps + 1] = {path = path, staged = source, backup = backup}
		end
		for _, path in ipairs(plan.data) do steps[#steps + 1] = {path = path, folder = true} end
		for path, text in pairs(stateFiles) do
			local source = text ~= false and owner .. "/" .. fs.getName(path) or nil
			if source then write(disk, source, text) end
			steps[#steps + 1] = {path = path, staged = source}
		end
		write(disk, finish.JOURNAL .. ".new", encode({version = 1, title = plan.title, steps = steps}))
		local free = disk.getFreeSpace("/")
		if free ~= "unlimited" and free < needed then
			error(fail("no_space", {needed = needed, free = free}), 0)
		end
		disk.move(finish.JOURNAL .. ".new", finish.JOURNAL)
		finishCommitted(disk)
	end)
	local ok, failure = begin()
	if ok then return true, {has = has, stage = stage, keep = keep, commit = commit} end
	keep()
	return false, failure
end

return M
