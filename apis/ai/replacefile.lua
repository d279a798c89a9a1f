-- Files of this computer that are written anew: what changes is shown, their player is asked, and the old one is kept.

local oneLine = require("/apis/trapos/text").oneLine
local remark = require("/apis/trapos/screen").remark
local fail = require("/apis/ai/failure").fail
local confirmModule = require("/apis/ai/view/confirm")
local confirm, isShownFirst = confirmModule.confirm, confirmModule.isShownFirst
local difference = require("/apis/ai/view/difference")
local showCode, showDifference = difference.showCode, difference.showDifference

local M = {}

--- A file's text, or nothing where there is none. Fails with `not_read`, as for a folder.
function M.textOfFile(path)
	if not fs.exists(path) then
		return nil
	end
	if fs.isDir(path) then
		error(fail("not_read", { path = path, what = "it is a folder" }), 0)
	end
	local ok, result = pcall(function()
		local file, problem = fs.open(path, "r")
		if file == nil or file == nil then
			error(problem, 0)
		end
		local text = file.readAll() or ""
		file.close()
		return text
	end)
	if ok then
		return result
	end
	error(
		fail("not_read", {
			path = path,
			what = tostring(result),
		}),
		0
	)
end

--- Puts a draft in a file's place. The old one is kept first by a move, which is one step: where the power goes between the
-- two moves both are there.
local function put(path, text)
	local draft = path .. ".new"
	local old = path .. ".old"
	local ok, problem = pcall(function()
		if fs.isReadOnly(path) then
			error("it is read-only", 0)
		end
		local file, reason = fs.open(draft, "w")
		if file == nil or file == nil then
			error(reason, 0)
		end
		file.write(text)
		file.close()
		if not fs.exists(path) then
			fs.move(draft, path)
			return
		end
		if fs.exists(old) then
			fs.delete(old)
		end
		fs.move(path, old)
		fs.move(draft, path)
	end)
	if ok then
		return fs.exists(old) and old or nil
	end
	if problem == "Terminated" then
		error(problem, 0)
	end
	pcall(function()
		if not fs.exists(path) and fs.exists(old) then
			fs.move(old, path)
		end
		if fs.exists(draft) then
			fs.delete(draft)
		end
	end)
	local what = string.gsub(tostring(problem), "^[%w_/.-]+%.lua:%d+: ", "")
	error(fail("not_written", { path = path, what = what }), 0)
end

--- Shows what changes about a file, asks, and writes it.
--
-- @param command as it is typed, for the failure where nobody can be asked
-- @param path absolute
-- @param fresh what it will hold
function M.replaceFile(context, command, path, fresh)
	local before = M.textOfFile(path)
	local text = (string.find(fresh, "\n$")) == nil and fresh .. "\n" or fresh
	if before == text then
		if not context.options.isQuiet then
			remark("The file is like that already.")
		end
		return { path = path, isWritten = false }
	end
	if isShownFirst(context) then
		if before == nil then
			showCode(fresh)
		else
			showDifference(before, text)
		end
	end
	local what = before == nil and "Write" or "Replace"
	if not confirm(context, command, what .. " " .. oneLine(path) .. "?") then
		return { path = path, isWritten = false }
	end
	local old = put(path, text)
	return { path = path, isWritten = true, old = before ~= nil and old or nil }
end

--- Says what came of it.
function M.showWritten(written)
	if not written.isWritten then
		remark("Nothing was written.")
	elseif written.old == nil then
		remark("Written: " .. written.path)
	else
		remark("Written: " .. written.path .. ". The old one: " .. written.old)
	end
end

return M
