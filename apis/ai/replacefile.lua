-- Files of this computer that are written anew: what changes is shown, their player is asked, and the old one is kept.

local foldFile = require("/apis/trapos/font").foldFile
local oneLine = require("/apis/trapos/text").oneLine
local remark = require("/apis/trapos/screen").remark
local fail = require("/apis/ai/failure").fail
local writeWhole = require("/apis/ai/localfile").writeWhole
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

--- Shows what changes about a file, asks, and writes it.
--
-- @param command as it is typed, for the failure where nobody can be asked
-- @param path absolute
-- @param fresh what it will hold, UTF-8: the file has it in the computer's font
function M.replaceFile(context, command, path, fresh)
	local before = M.textOfFile(path)
	local text = foldFile((string.find(fresh, "\n$")) == nil and fresh .. "\n" or fresh)
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
	return {
		path = path,
		isWritten = true,
		old = writeWhole(path, text, true),
	}
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
