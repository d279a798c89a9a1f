--- Changes files of the computer all at once or not at all, whenever the power goes.
local M = {}
local encode = require("/apis/json").encode
local fail = require("/apis/ccpm/failure").fail
local finish = require("/apis/ccpm/finish")
local sha256 = require("/apis/ccpm/sha256").sha256
local FOLDER_BYTES = 500
local FINISHER = "apis/ccpm/finish.lua"

local function attempt(path, action)
	local ok, problem = pcall(action)
	if ok then return true, nil end
	if type(problem) == "table" then return false, problem end
	local what = string.match(tostring(problem), "([^:%s][^:]*)$")
	return false, fail("cannot_write", {path = path, what = what})
end

local function changed(path) error(fail("changed_meanwhile", {path = path}), 0) end

local function read(disk, path)
	local file = disk.open(path, "rb")
	if file == nil then return "" end
	local content = file.readAll() or ""
	file.close()
	return content
end

local function write(disk, path, content)
	local file, reason = disk.open(path, "wb")
	if file == nil then error(reason, 0) end
	local ok, problem = pcall(file.write, content)
	file.close()
	if ok and disk.getSize(path) == #content then return end
	disk.delete(path)
	error(ok and "Out of space" or problem, 0)
end

local function missingFolders(disk, paths, gone)
	local missing = {}
	local bytes = 0
	for _, path in ipairs(paths) do
		local folder = string.match(path, "^(.+)/")
		while folder ~= nil and not missing[folder] and not disk.isDir(folder) do
			if disk.exists(folder) and not gone[folder] then changed(folder) end
			missing[folder] = true
			bytes = bytes + FOLDER_BYTES
			folder = string.match(folder, "^(.+)/")
		end
	end
	return bytes
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
	local staging = finish.STAGING .. "/"
	local owner = staging .. "of-" .. tostring(math.random(1000000000))
	local staged = {}
	local finisher
	local function own()
		if not disk.exists(owner) then changed("trapos/ccpm.staging") end
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
			for _, name in ipairs(disk.list(finish.STAGING)) do
				if staged[name] == nil then disk.delete(staging .. name) end
			end
			if next(staged) ~= nil then disk.move(finish.STAGING, finish.PARTIAL) end
			finish.clean(disk, true)
		end)
	end
	local function prepare(plan, stateFiles)
		for _, change in ipairs(plan.files) do
			if change.to and not has(change.to) then
				error(fail("internal_error", {what = change.path .. " is not staged"}), 0)
			end
		end
		own()
		local steps = {}
		local gone = {}
		for _, change in ipairs(plan.files) do
			local path = change.path
			local backup = change.backup
			local found = change.found
			if found and disk.exists(path) then
				local now = disk.attributes(path)
				if now.isDir or now.size ~= found.size or now.modified ~= found.modified then
					changed(path)
				end
			elseif found or disk.exists(path) then
				changed(path)
			end
			if backup and disk.exists(backup) then changed(backup) end
			if not change.to then
				gone[path] = true
				steps[#steps + 1] = {path = path, backup = backup}
			end
		end
		for _, path in ipairs(plan.data) do steps[#steps + 1] = {path = path, folder = true} end
		local targets = {}
		local used = {}
		for _, change in ipairs(plan.files) do
			local backup = change.backup
			if backup then targets[#targets + 1] = backup end
			local opt_0 = change.to
			local sha = opt_0 and opt_0.sha256
			if sha then
				local name = sha
				while used[name] do name = name .. "-" end
				used[name] = true
				if name ~= sha then disk.copy(staging .. sha, staging .. name) end
				targets[#targets + 1] = change.path
				steps[#steps + 1] = {path = change.path, staged = name, backup = backup}
			end
		end
		local states = {}
		for path in pairs(stateFiles) do states[#states + 1] = path end
		table.sort(states)
		for _, path in ipairs(states) do
			local text = stateFiles[path]
			if text == false then
				steps[#steps + 1] = {path = path}
			elseif read(disk, path) ~= text then
				local name = string.match(path, "[^/]+$")
				write(disk, staging .. name, text)
				steps[#steps + 1] = {path = path, staged = name}
			end
		end
		local journal = {version = 1, title = plan.title, steps = steps}
		write(disk, finish.JOURNAL .. ".new", encode(journal))
		local needed = missingFolders(disk, targets, gone)
		local free = disk.getFreeSpace("/")
		if free ~= "unlimited" and free < needed then
			error(fail("no_space", {needed = needed, free = free}), 0)
		end
		disk.move(finish.JOURNAL .. ".new", finish.JOURNAL)
	end
	local ok, failure = attempt("trapos/ccpm.staging", function()
		if disk.exists(finish.JOURNAL) then
			local done, line = finish.recover(disk)
			if not done then error(fail("unfinished", {what = line}), 0) end
			changed("trapos/ccpm.lock.json")
		end
		if disk.exists("startup") and not disk.isDir("startup") then
			error(fail("file_in_the_way", {path = "startup", name = "ccpm"}), 0)
		end
		disk.delete(finish.STAGING)
		disk.makeDir(owner)
		if disk.exists(FINISHER) then guard(FINISHER) end
		for _, change in ipairs(files) do
			local opt_2 = change.to
			local sha = opt_2 and opt_2.sha256
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
			return attempt("trapos/ccpm.staging", function()
				own()
				write(disk, staging .. fingerprint.sha256, content)
				accept(fingerprint.sha256)
			end)
		end,
		commit = function(plan, stateFiles)
			return attempt("trapos/ccpm.staging", function()
				prepare(plan, stateFiles)
				local done, line = finish.recover(disk)
				if not done then error(fail("unfinished", {what = line}), 0) end
			end)
		end
	}
	return true, transaction
end

return M
