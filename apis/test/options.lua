-- What `runtest` understands, and what its words stand for.

local openFile = require("/apis/test/files").openFile

local M = {}

--- Where specs are looked for when none are named.
local SPECS = "/specs"

--- The one thing that it does. It has no name, so that every word is a path.
local RUN = {
	name = "",
	usage = "runtest [files or folders]",
	purpose = "Run *.spec.lua and *_spec.lua files, those in " .. SPECS .. " if none are named",
	most = math.huge,
}
M.program = {
	name = "runtest",
	commands = { RUN },
	help = { name = "--help", usage = "runtest --help", purpose = "Show this" },
	flags = {
		{ name = "report", value = "FILE", purpose = "Results as JSON" },
		{ name = "skip", value = "FILE", purpose = "JSON: names of cases not to run, and why" },
	},
	usual = RUN.name,
	otherwise = RUN.name,
}

--- Fails with a word about why.
function M.refuse(message)
	error({ code = "bad_command_line", message = message, hint = "" }, 0)
end

--- The spec files that a path stands for, in order.
local function specsAt(path)
	if not fs.exists(path) then
		M.refuse("No such file: " .. path)
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
		M.refuse("Cannot read " .. path .. ": " .. tostring(problem))
	end
	local text = file.readAll()
	file.close()
	local skipped = textutils.unserializeJSON(text)
	return type(skipped) == "table" and skipped or M.refuse(path .. " is no JSON object of reasons by name")
end

--- The files and folders that were named, or the usual one.
local function pathsIn(words)
	local paths = {}
	for _, word in ipairs(words) do
		table.insert(paths, "/" .. shell.resolve(word))
	end
	if #paths > 0 then
		return paths
	end
	if not fs.isDir(SPECS) then
		M.refuse("There is no " .. SPECS .. ". Name spec files: runtest my.spec.lua")
	end
	return { SPECS }
end

--- What a command line stands for. Raises what keeps it from being done, as a failure.
function M.optionsOf(line)
	local paths = pathsIn(line.words)
	local files = {}
	for _, path in ipairs(paths) do
		for _, file in ipairs(specsAt(path)) do
			table.insert(files, file)
		end
	end
	if #files == 0 then
		M.refuse("No *.spec.lua or *_spec.lua in " .. table.concat(paths, ", "))
	end
	local report = line.flags.report
	local skip = line.flags.skip
	return {
		files = files,
		report = report ~= nil and shell.resolve(report) or nil,
		skipped = skip == nil and {} or readSkipped(shell.resolve(skip)),
	}
end

return M
