-- `fs` as a program behind the fence has it: it reads everything but what keeps secrets, and writes in /ai alone, unless
-- more was opened. Its files are closed when it ends.

local isSettingsFile = require("/apis/trapos/settingsfile").isSettingsFile
local gateModule = require("/apis/ai/hands/gate")
local guarded, permit = gateModule.guarded, gateModule.permit
local copied = require("/apis/ai/hands/values").copied

local M = {}

--- Where a program may write.
local FOLDER = "ai"

--- Bytes of the disk that a program leaves free for everything else: as many as the player's own programs may need to save.
local RESERVE = 20000

--- What a file takes at least, by CC's count.
local LEAST_SIZE = 500
local OUT_OF_SPACE = "Out of space"

--- Makes the files of a run.
function M.makeFiles(gate)
	return { gate = gate, handles = {}, opened = 0 }
end

--- Closes what the program has left open.
function M.closeFiles(files)
	for _, handle in pairs(files.handles) do
		pcall(handle.close)
	end
end

--- A path as CC will read it, whatever is in it: without what CC leaves out, from the root, and never with "..". What is
-- done is done with this path, so that nothing else can come of it than what was looked at.
local function canonical(path, at)
	if type(path) ~= "string" and type(path) ~= "number" then
		error("bad argument #" .. tostring(at) .. " (string expected, got " .. type(path) .. ")", 0)
	end
	local slashes = string.gsub(tostring(path), "\\", "/")
	local plain = string.gsub(slashes, '[%c"*:<>?|]', "")
	local clean = fs.combine("", plain)
	for part in string.gmatch(clean, "[^/]+") do
		if (string.find(part, "^[%s.]*$")) ~= nil then
			error("/" .. clean .. ": Invalid path", 0)
		end
	end
	return clean
end

--- Whether a path is in the folder of what the model writes, and on the disk that this is on.
local function isInFolder(path)
	if path ~= FOLDER and string.sub(path, 1, #FOLDER + 1) ~= FOLDER .. "/" then
		return false
	end
	local there = path
	while there ~= "" and not fs.exists(there) do
		there = fs.getDir(there)
	end
	return fs.getDrive(there) == fs.getDrive("")
end

local function permitReading(files, path)
	if isSettingsFile(path) then
		permit(files.gate, "settings", "read /" .. path)
	end
end

local function permitWriting(files, path)
	if not isInFolder(path) then
		permit(files.gate, "fs", "/" .. path)
	end
	if isSettingsFile(path) then
		permit(files.gate, "settings", "/" .. path)
	end
end

--- Fails where the disk would have less than what is left to the player.
local function requireSpace(path, bytes)
	local free = fs.getFreeSpace((path == "" or fs.exists(path)) and path or FOLDER)
	if type(free) == "number" and free - bytes < RESERVE then
		error(OUT_OF_SPACE, 0)
	end
end

--- Bytes of a file, or of all that is in a folder.
local function sizeOf(path)
	if not fs.isDir(path) then
		return math.max(fs.exists(path) and fs.getSize(path) or 0, LEAST_SIZE)
	end
	local size = LEAST_SIZE
	for _, name in ipairs(fs.list(path)) do
		size = size + sizeOf(fs.combine(path, name))
	end
	return size
end

--- An open file as the program gets it.
local function handed(files, path, handle)
	files.opened = files.opened + 1
	local place = files.opened
	files.handles[place] = handle
	local own = {}
	for name, call in pairs(handle) do
		own[name] = guarded(files.gate, function(...)
			if name == "write" or name == "writeLine" then
				local written = select(1, ...)
				requireSpace(path, type(written) == "string" and #written or 0)
			end
			if name == "close" then
				files.handles[place] = nil
			end
			return call(...)
		end)
	end
	return own
end

--- The API.
function M.fileFunctions(files)
	local real = fs
	local functions = {}

	-- Names alone: nothing is read.
	for _, name in ipairs({ "getName", "combine", "getDir", "complete" }) do
		if real[name] ~= nil then
			functions[name] = real[name]
		end
	end
	for _, name in ipairs({
		"exists",
		"isDir",
		"isReadOnly",
		"getSize",
		"list",
		"attributes",
		"getDrive",
		"getFreeSpace",
		"getCapacity",
		"isDriveRoot",
	}) do
		do
			local __continue32
			repeat
				local look = real[name]
				if look == nil then
					__continue32 = true
					break
				end
				functions[name] = function(path)
					return copied((look(canonical(path, 1))))
				end
				__continue32 = true
			until true
			if not __continue32 then
				break
			end
		end
	end
	functions.find = function(pattern)
		return copied((real.find(pattern)))
	end
	functions.open = function(given, mode)
		local path = canonical(given, 1)
		if type(mode) ~= "string" then
			error("bad argument #2 (string expected, got " .. type(mode) .. ")", 0)
		end
		if mode == "r" or mode == "rb" then
			permitReading(files, path)
		else
			permitWriting(files, path)
			requireSpace(path, LEAST_SIZE)
		end
		local handle, problem = real.open(path, mode)
		if handle == nil then
			return nil, problem
		end
		return handed(files, path, handle)
	end
	functions.makeDir = function(given)
		local path = canonical(given, 1)
		permitWriting(files, path)
		requireSpace(path, LEAST_SIZE)
		return real.makeDir(path)
	end
	functions.delete = function(given)
		local path = canonical(given, 1)
		permitWriting(files, path)
		return real.delete(path)
	end
	functions.move = function(given, target)
		local from, to = canonical(given, 1), canonical(target, 2)
		permitReading(files, from)
		permitWriting(files, from)
		permitWriting(files, to)
		return real.move(from, to)
	end
	functions.copy = function(given, target)
		local from, to = canonical(given, 1), canonical(target, 2)
		permitReading(files, from)
		if from == "" then
			permit(files.gate, "settings", "copy /")
		end
		permitWriting(files, to)
		requireSpace(to, sizeOf(from))
		return real.copy(from, to)
	end
	local own = {}
	for name, call in pairs(functions) do
		own[name] = guarded(files.gate, call)
	end
	return own
end

return M
