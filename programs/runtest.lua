-- `runtest`: runs spec files, in busted's vocabulary, on this computer.

local openFile = require("/apis/test/files").openFile
local runFile = require("/apis/test/run").runFile

local SPECS = "/specs"
local SIGNS = { passed = "+", failed = "-", pending = "?" }
local COLOURS = { passed = colours.green, failed = colours.red, pending = colours.yellow }

local function show(colour, text)
	local before = term.getTextColour()
	if term.isColour() then
		term.setTextColour(colour)
	end
	print(text)
	term.setTextColour(before)
end

--- Ends the program as failed, with a word about why.
local function stop(why)
	printError(why)
	error("", 0)
end

local function usage()
	print("Usage: runtest [files or folders]")
	print("Runs *.spec.lua and *_spec.lua files, those in /specs if none are named.")
	print("--report FILE  results as JSON")
	print("--skip FILE    JSON: names of cases not to run, and why")
end

--- The spec files that a path stands for, in order.
local function specsAt(path)
	if not fs.exists(path) then
		stop("No such file: " .. path)
	end
	if not fs.isDir(path) then
		return { path }
	end
	local found = {}
	for _, name in ipairs(fs.list(path)) do
		local inner = "/" .. fs.combine(path, name)
		if fs.isDir(inner) then
			for _, file in ipairs(specsAt(inner)) do
				found[#found + 1] = file
			end
		elseif (string.find(name, "[._]spec%.lua$")) ~= nil then
			found[#found + 1] = inner
		end
	end
	return found
end

local function readSkipped(path)
	local file, problem = openFile(path, "r")
	if file == nil then
		stop("Cannot read " .. path .. ": " .. tostring(problem))
	end
	local text = file.readAll()
	file.close()
	local skipped = textutils.unserializeJSON(text)
	return type(skipped) == "table" and skipped or stop(path .. " is no JSON object of reasons by name")
end

--- Opens the file for the report. That is done before the specs run, for they may leave all handles open, or put
-- something else in the place of what is needed here.
--
-- @returns what writes the report
local function openReport(path)
	local file, problem = openFile(path, "w")
	if file == nil then
		stop("Cannot write " .. path .. ": " .. tostring(problem))
	end
	local toJson = textutils.serializeJSON
	return function(files)
		local ok, mistake = pcall(function()
			file.write(toJson({ version = 1, files = files }))
			file.close()
		end)
		if not ok then
			stop("Cannot write " .. path .. ": " .. tostring(mistake))
		end
	end
end

local function read(words)
	local paths = {}
	local options = { paths = paths, skipped = {} }
	local next = 0
	while next < #words do
		local word = words[next + 1]
		next = next + 1
		if word == "--report" or word == "--skip" then
			local file = words[next + 1]
			if file == nil then
				stop(word .. " takes a file")
			end
			next = next + 1
			if word == "--report" then
				options.report = shell.resolve(file)
			else
				options.skipped = readSkipped(shell.resolve(file))
			end
		elseif string.sub(word, 1, 1) == "-" then
			stop("Unknown option " .. word .. ". See: runtest --help")
		else
			paths[#paths + 1] = "/" .. shell.resolve(word)
		end
	end
	if #paths == 0 then
		if not fs.isDir(SPECS) then
			stop("There is no " .. SPECS .. ". Name spec files: runtest my.spec.lua")
		end
		paths[#paths + 1] = SPECS
	end
	return options
end

local function run(bindingPattern0)
	local skipped
	local report
	local paths
	paths = bindingPattern0.paths
	report = bindingPattern0.report
	skipped = bindingPattern0.skipped
	local files = {}
	for _, path in ipairs(paths) do
		for _, file in ipairs(specsAt(path)) do
			files[#files + 1] = { file = file, cases = {} }
		end
	end
	if #files == 0 then
		stop("No *.spec.lua or *_spec.lua in " .. table.concat(paths, ", "))
	end
	local tellReport = report ~= nil and openReport(report) or nil
	local counts = { passed = 0, failed = 0, pending = 0 }
	local failures = {}
	for _, value in ipairs(files) do
		local file = value.file
		local cases = value.cases
		print(file)
		runFile(file, shell, skipped, function(result)
			cases[#cases + 1] = result
			local status = result.status
			counts[status] = counts[status] + 1
			if status == "failed" then
				failures[#failures + 1] = result
			end
			show(COLOURS[status], SIGNS[status] .. " " .. table.concat(result.names, " "))
		end)
	end
	for _, value in ipairs(failures) do
		local names = value.names
		local where = value.where
		local message = value.message
		local expected = value.expected
		local got = value.got
		print()
		show(colours.red, table.concat(names, " "))
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
	print()
	print(tostring(counts.passed) .. " passed, " .. tostring(counts.failed) .. " failed")
	if counts.pending > 0 then
		print(tostring(counts.pending) .. " pending")
	end
	if tellReport ~= nil then
		tellReport(files)
	end

	-- What failed stands above; the shell only needs to know that something did.
	if counts.failed > 0 then
		error("", 0)
	end
	if counts.passed + counts.pending == 0 then
		stop("There are no cases in them.")
	end
end

local words = { ... }
if words[1] == "--help" then
	usage()
else
	run(read(words))
end
