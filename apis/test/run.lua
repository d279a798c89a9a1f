-- Runs spec files and says what became of each case.

local assertionsModule = require("/apis/test/assertions")
local assertions, isAssertionFailure = assertionsModule.assertions, assertionsModule.isAssertionFailure
local openFile = require("/apis/test/files").openFile
local createSuite = require("/apis/test/suite").createSuite
local show = require("/apis/test/values").show
local modules = require("cc.require")

local M = {}

--- The innermost line of a file among those that a stack trace names.
local function lineIn(file, trace)
	local _, last = string.find(trace, file .. ":", 1, true)
	local line = string.match(last == nil and "" or string.sub(trace, last + 1), "^%d+")
	return line ~= nil and file .. ":" .. line or nil
end

--- Calls a part of a spec. Ctrl+T ends all of it.
local function attempt(file, body)
	local where
	local ok, value = xpcall(body, function(problem)
		where = lineIn(file, debug.traceback())
		return problem
	end)
	if not ok and value == "Terminated" then
		error(value, 0)
	end
	return not ok and { value = value, where = where } or nil
end

--- Whether a value says itself what it is.
local function hasText(value)
	if type(value) ~= "table" then
		return true
	end
	local meta = getmetatable(value)
	return meta ~= nil and meta.__tostring ~= nil
end

local function failed(names, bindingPattern0)
	local where
	local value
	value = bindingPattern0.value
	where = bindingPattern0.where
	local result = { names = names, status = "failed", where = where }
	if isAssertionFailure(value) then
		result.message = value.message
		result.expected = value.expected
		result.got = value.got
	else
		result.message = hasText(value) and tostring(value) or show(value)
	end
	return result
end

local function runBefore(block)
	if block.parent ~= nil then
		runBefore(block.parent)
	end
	for _, body in ipairs(block.before) do
		body()
	end
end

local function runCase(file, bindingPattern0)
	local body
	local block
	local names
	names = bindingPattern0.names
	block = bindingPattern0.block
	body = bindingPattern0.body
	if body == nil then
		return { names = names, status = "pending" }
	end
	local problem = attempt(file, function()
		runBefore(block)
		body()
	end)

	-- Each is run, so that nothing is left to the next case.
	local around = block
	while around ~= nil do
		for _, after in ipairs(around.after) do
			local another = attempt(file, after)
			if problem == nil then
				problem = another
			end
		end
		around = around.parent
	end
	if problem == nil then
		return { names = names, status = "passed" }
	end
	local reason = type(problem.value) == "table" and problem.value.pending or nil
	if reason ~= nil then
		return { names = names, status = "pending", message = reason }
	end
	return failed(names, problem)
end

--- Runs a spec file, case by case.
--
-- @param path absolute path of the file
-- @param shell the shell API that it gets
-- @param skipped cases that are not run, and why
-- @param tell called with each case's result as soon as it is known; a file that cannot be loaded is one failed case
function M.runFile(path, shell, skipped, tell)
	local suite = createSuite()
	local environment = { shell = shell, assert = assertions, arg = { [0] = path } }
	for word, meaning in pairs(suite.vocabulary) do
		environment[word] = meaning
	end
	local requireModule, loaded = modules.make(environment, fs.getDir(path))
	environment.require = requireModule
	environment.package = loaded
	setmetatable(environment, { __index = _G })
	local handle, problem = openFile(path, "r")
	if handle == nil then
		return tell(failed({ "loads" }, { value = problem }))
	end
	local source = handle.readAll()
	handle.close()
	local chunk, mistake = load(source, "@" .. path, "t", environment)
	local broken = chunk == nil and { value = mistake } or attempt(path, chunk)
	if broken ~= nil then
		return tell(failed({ "loads" }, broken))
	end
	suite.close()
	for _, one in ipairs(suite.cases) do
		local reason = skipped[table.concat(one.names, " ")]
		tell(
			reason == nil and runCase(path, one)
				or { names = one.names, status = "pending", message = reason }
		)
	end
end

return M
