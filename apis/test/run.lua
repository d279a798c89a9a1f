--- Runs spec files and says what became of each case.
local M = {}
local assertions = require("/apis/test/assertions")
local createSuite = require("/apis/test/suite").createSuite
local show = require("/apis/test/values").show
local modules = require("cc.require")

local function lineIn(file, trace)
	local _, last = trace:find(file .. ":", 1, true)
	local line = string.match(last and trace:sub(last + 1) or "", "^%d+")
	return line and file .. ":" .. line or nil
end

local function attempt(file, body)
	local where
	local ok, value = xpcall(body, function(problem)
		where = lineIn(file, debug.traceback())
		return problem
	end)
	if not ok and value == "Terminated" then error(value, 0) end
	return not ok and {value = value, where = where} or nil
end

local function failed(names, bindingPattern0)
	local where, value
	value = bindingPattern0.value
	where = bindingPattern0.where
	local result = {names = names, status = "failed", where = where}
	if assertions.isAssertionFailure(value) then
		result.message = value.message
		result.expected = value.expected
		result.got = value.got
	else
		local isText = type(value) ~= "table"
		if not isText then
			local opt_2 = getmetatable(value)
			isText = (opt_2 and opt_2.__tostring) ~= nil
		end
		result.message = isText and tostring(value) or show(value)
	end
	return result
end

local function runBefore(block)
	if block.parent then runBefore(block.parent) end
	for _, body in ipairs(block.before) do body() end
end

local function runCase(file, bindingPattern0)
	local body, block, names
	names = bindingPattern0.names
	block = bindingPattern0.block
	body = bindingPattern0.body
	if not body then return {names = names, status = "pending"} end
	local problem = attempt(file, function()
		runBefore(block)
		body()
	end)
	local around = block
	while around ~= nil do
		for _, after in ipairs(around.after) do
			local another = attempt(file, after)
			if problem == nil then problem = another end
		end
		around = around.parent
	end
	if not problem then return {names = names, status = "passed"} end
	local reason = type(problem.value) == "table" and problem.value.pending or nil
	if reason then return {names = names, status = "pending", message = reason} end
	return failed(names, problem)
end

function M.runFile(path, shell, skipped, tell)
	local createSuite_result_5 = createSuite()
	local vocabulary = createSuite_result_5.vocabulary
	local cases = createSuite_result_5.cases
	local close = createSuite_result_5.close
	local environment = {shell = shell, assert = assertions.assertions, arg = {[0] = path}}
	for word, meaning in pairs(vocabulary) do environment[word] = meaning end
	local require_, loaded = modules.make(environment, fs.getDir(path))
	environment.require = require_
	environment.package = loaded
	setmetatable(environment, {__index = _G})
	local handle, problem = fs.open(path, "r")
	if not handle then return tell(failed({"loads"}, {value = problem})) end
	local source = handle.readAll()
	handle.close()
	local chunk, mistake = load(source, "@" .. path, "t", environment)
	local broken = not chunk and {value = mistake} or attempt(path, chunk)
	if broken then return tell(failed({"loads"}, broken)) end
	close()
	for _, one in ipairs(cases) do
		local reason = skipped[table.concat(one.names, " ")]
		tell(reason and {names = one.names, status = "pending", message = reason} or runCase(path, one))
	end
end

return M
