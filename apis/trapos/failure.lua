-- How a call says that it failed: what happened and what to do next, in words that every package keeps in one table.

local oneLine = require("/apis/trapos/utf8").oneLine

local M = {}

--- The most characters of a detail that a message or hint holds: three rows of a 51 column screen.
local LONGEST_DETAIL = 160

--- Anything as text. What somebody's program has raised may refuse to become one: that is told by its type.
function M.written(value)
	local ok, text = pcall(tostring, value)
	return ok and type(text) == "string" and text or type(value)
end

local describe = {
	__tostring = function(failure)
		return failure.message .. "\n" .. failure.hint
	end,
}

--- Makes a failure. What it is told of comes from anywhere, so each detail is one line that fits.
--
-- @param failures the package's table
-- @param code a key of it
-- @param detail values for the `{name}`s in its message and hint
-- @param text what there was of the result, where there is any
-- @returns the failure, which `tostring` turns into message and hint
function M.makeFailure(failures, code, detail, text)
	local message, hint = unpack(failures[code], 1, 2)
	local given = detail or {}
	local function fill(template)
		return (
			string.gsub(template, "{(%w+)}", function(name)
				return given[name] == nil and "" or oneLine(M.written(given[name]), LONGEST_DETAIL)
			end)
		)
	end
	local failure = {
		code = code,
		message = fill(message),
		hint = fill(hint),
		text = text,
	}
	return setmetatable(failure, describe)
end

--- Whether something that was raised is a failure.
function M.isFailure(raised)
	return type(raised) == "table" and raised.code ~= nil
end

--- Calls a function that raises failures, and returns what came of it. What is no failure is raised on.
function M.outcome(act)
	local ok, value = pcall(act)
	if not ok and not M.isFailure(value) then
		error(value, 0)
	end
	return ok, value
end

--- Calls a function that raises failures, as a public function returns them. Only `Terminated` (Ctrl+T) is raised.
--
-- @param act what is called
-- @param fail makes a failure of the package; anything else that was raised becomes its `internal_error`
-- @returns `true` and the value, or `false` and the failure
function M.attempt(act, fail)
	local ok, value = pcall(act)
	if ok or M.isFailure(value) then
		return ok, value
	end
	if value == "Terminated" then
		error(value, 0)
	end
	return false, fail("internal_error", { what = value })
end

return M
