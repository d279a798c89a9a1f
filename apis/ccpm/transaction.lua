--- Changes files of the computer all at once or not at all, whenever the power goes.
local M = {}
local encode = require("/apis/json").encode
local fail = require("/apis/ccpm/failure").fail
local finish = require("/apis/ccpm/finish")
local sha256 = require("/apis/ccpm/sha256").sha256
local FOLDER_BYTES = 500
local FINISHER = "apis/ccpm/finish.lua"
local STAGING = finish.STAGING

local function attempt(action)
	local ok, problem = pcall(action)
	if ok then return true, nil end
	if type(problem) == "table" then return false, problem end
	return false, fail("cannot_write", {path = STAGING, what = finish.reasonOf(problem)})
end

local function changed(path) error(fail("changed_meanwhile", {path = path}), 0) end

local function read(disk, path)
	local file = disk.open(path, "rb")
	if not file then return "" end
	local content = file.readAll() or ""
	file.close()
	return content
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
	if disk.isDir(finish.PARTIAL) then
		for _, name in ipairs(disk.list(finish.PARTIAL)) do
			sizes[name] = disk.getSize(finish.PARTIAL .. "/" .. name)
		end
	end
	return sizes
end

function M.open(disk, files)
	local staging = STAGING .. "/"
	local owner = staging .. "of-" .. math.random(1000000000)
	local staged = {}
	local finisher
	local function own()
		if not disk.exists(owner) then changed(STAGING) end
	end
	local function guard(source)
		if disk.exists(finish.FINISHER) then return end
		disk.copy(source, staging .. "finish.lua")
		finish.moveTo(disk, staging .. "finish.lua", finish.FINISHER)
	end
	local function accept(sha)
		staged[sha] = true
		if sha == finisher then guard(staging .. sha) end
	end
	local function has(fingerprint)
		local sha = fingerprint.sha256
		if staged[sha] == false and sha256(read(disk, staging .. sha)) == sha then accept(sha) end
		return staged[sha] == true
	end
	local function keep()
		if not disk.exists(owner) or disk.exists(finish.JOURNAL) then return end
		pcall(function()
			for _, name in ipairs(disk.list(STAGING)) do
				if staged[name] == nil then disk.delete(staging .. name) end
			end
			if next(staged) ~= nil and not disk.exists(finish.PARTIAL) then
				disk.move(STAGING, finish.PARTIAL)
			end
			finish.clean(disk, true)
		end)
	end
	local function prepare(plan, stateFiles)
		for _, change in ipairs(plan.files) do
			if change.to and not has(change.to) then changed(STAGING) end
		end
		own()
		local steps = {}
		local gone = {}
		local used = {}
		local targets = {}
		for _, value in ipairs(plan.files) do
			local path = value.path
			local to = value.to
			local backup = value.backup
			local found = value.found
			local now = disk.exists(path) and disk.attributes(path) or {}
			local seen = found or {}
			if now.size ~= seen.size or now.modified ~= seen.modified or now.isDir then changed(path) end
			if backup then
				if disk.exists(backup) then changed(backup) end
				targets[#targets + 1] = backup
			end
			if not to then
				table.insert(steps, 1, {path = path, backup = backup})
				gone[path] = true
			else
				local name = to.sha256
				while used[name] do name = name .. "-" end
				used[name] = true
				if name ~= to.sha256 then disk.copy(staging .. to.sha256, staging .. name) end
				targets[#targets + 1] = path
				steps[#steps + 1] = {path = path, staged = name, backup = backup}
			end
		end
		for _, path in ipairs(plan.data) do steps[#steps + 1] = {path = path, folder = true} end
		local states = {}
		for path in pairs(stateFiles) do states[#states + 1] = path end
		table.sort(states)
		for _, path in ipairs(states) do
			local text = stateFiles[path]
			if text == false then
				steps[#steps + 1] = {path = path}
			elseif read(disk, path) ~= text then
				local name = path:match("[^/]+$")
				write(disk, staging .. name, text)
				steps[#steps + 1] = {path = path, staged = name}
			end
		end
		local journal = {version = 1, title = plan.title, steps = steps}
		write(disk, finish.JOURNAL .. ".new", encode(journal))
		local needed = 0
		for _, path in ipairs(targets) do
			local folder = path:match("^(.+)/")
			while folder ~= nil and not disk.isDir(folder) and not used[folder] do
				if disk.exists(folder) and not gone[folder] then changed(folder) end
				used[folder] = true
				needed = needed + FOLDER_BYTES
				folder = folder:match("^(.+)/")
			end
		end
		local free = disk.getFreeSpace("/")
		if free ~= "unlimited" and free < needed then
			error(fail("no_space", {needed = needed, free = free}), 0)
		end
		disk.move(finish.JOURNAL .. ".new", finish.JOURNAL)
	end
	local ok, failure = attempt(function()
		if disk.exists(finish.JOURNAL) then
			local done, line = finish.recover(disk)
			if not done then error(fail("not_finished", {what = line}), 0) end
			changed("trapos/ccpm.lock.json")
		end
		if disk.exists("startup") and not disk.isDir("startup") then
			error(fail("file_in_the_way", {path = "startup", name = "ccpm"}), 0)
		end
		disk.delete(STAGING)
		disk.makeDir(owner)
		if disk.exists(FINISHER) then guard(FINISHER) end
		for _, change in ipairs(files) do
			local opt_0 = change.to
			local sha = opt_0 and opt_0.sha256
			if change.path == FINISHER then finisher = sha end
			if sha and staged[sha] == nil and disk.exists(finish.PARTIAL .. "/" .. sha) then
				disk.move(finish.PARTIAL .. "/" .. sha, staging .. sha)
				staged[sha] = false
			end
		end
		disk.delete(finish.PARTIAL)
	end)
	if not ok then
		keep()
		return false, failure
	end
	local transaction = {
		has = has,
		keep = keep,
		stage = function(fingerprint, content)
			return attempt(function()
				own()
				write(disk, staging .. fingerprint.sha256, content)
				accept(fingerprint.sha256)
			end)
		end,
		commit = function(plan, stateFiles)
			return attempt(function()
				prepare(plan, stateFiles)
				local done, line = finish.recover(disk)
				if not done then error(fail("not_finished", {what = line}), 0) end
			end)
		end
	}
	return true, transaction
end

return M
