-- All that the program `runtest` does: runs spec files, in busted's vocabulary, on this computer.

local openFile = require("/apis/test/files").openFile
local optionsModule = require("/apis/test/options")
local optionsOf, program, refuse = optionsModule.optionsOf, optionsModule.program, optionsModule.refuse
local runFile = require("/apis/test/run").runFile
local parse = require("/apis/trapos/commandline").parse
local outcome = require("/apis/trapos/failure").outcome
local explain = require("/apis/trapos/help").explain
local inColour = require("/apis/trapos/screen").inColour

local M = {}
local SIGNS = { passed = "+", failed = "-", pending = "?" }
local COLOURS = { passed = colours.green, failed = colours.red, pending = colours.yellow }

--- Opens the file for the report. That is done before the specs run, for they may leave all handles open, or put
-- something else in the place of what is needed here.
--
-- @returns what writes the report
local function openReport(path)
	local file, problem = openFile(path, "w")
	if file == nil then
		refuse("Cannot write " .. path .. ": " .. tostring(problem))
	end
	local toJson = textutils.serializeJSON
	return function(files)
		local ok, mistake = pcall(function()
			file.write(toJson({ version = 1, files = files }))
			file.close()
		end)
		if not ok then
			refuse("Cannot write " .. path .. ": " .. tostring(mistake))
		end
	end
end

--- Shows a result, and counts it.
local function take(results, cases, result)
	local status = result.status
	local counts = results.counts
	table.insert(cases, result)
	counts[status] = counts[status] + 1
	if status == "failed" then
		table.insert(results.failures, result)
	end
	inColour(COLOURS[status], print, SIGNS[status] .. " " .. table.concat(result.names, " "))
end

--- Shows why cases have failed.
local function showFailures(failures)
	for _, value in ipairs(failures) do
		local names = value.names
		local where = value.where
		local message = value.message
		local expected = value.expected
		local got = value.got
		print()
		inColour(colours.red, print, table.concat(names, " "))
		if where ~= nil then
			print(where)
		end
		if message ~= nil then
			print(message)
		end
		if expected ~= nil then
			print("expected: " .. expected)
		end
		if got ~= nil then
			print("got: " .. got)
		end
	end
end

local function showCounts(counts)
	print()
	print(tostring(counts.passed) .. " passed, " .. tostring(counts.failed) .. " failed")
	if counts.pending > 0 then
		print(tostring(counts.pending) .. " pending")
	end
end

--- Runs specs and shows what comes of them; false where any failed.
local function runSpecs(options)
	local writeReport = options.report ~= nil and openReport(options.report) or nil
	local results = { files = {}, failures = {}, counts = { passed = 0, failed = 0, pending = 0 } }
	for _, file in ipairs(options.files) do
		local cases = {}
		table.insert(results.files, { file = file, cases = cases })
		print(file)
		runFile(file, shell, options.skipped, function(result)
			return take(results, cases, result)
		end)
	end
	local counts = results.counts
	showFailures(results.failures)
	showCounts(counts)
	if writeReport ~= nil then
		writeReport(results.files)
	end
	if counts.passed + counts.failed + counts.pending == 0 then
		refuse("There are no cases in them.")
	end
	return counts.failed == 0
end

--- Does what the words say; false where it was not done, or cases have failed.
local function perform(words)
	local line = parse(program, words)
	if line.command == "help" then
		return explain(program, line)
	end
	if line.command == "version" then
		print("runtest " .. "0.1.10")
		return true
	end
	return runSpecs(optionsOf(line))
end

--- Does what a command line says.
--
-- @param words the words after the program's name
-- @returns whether it was done and no case has failed; why not has been shown
function M.run(words)
	local ok, done = outcome(function()
		return perform(words)
	end)
	if not ok then
		printError(done.message)
	end
	return ok and done
end

return M
