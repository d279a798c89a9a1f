local arguments = { ... }

local isRun = arguments[1] == "run"
if isRun then
    table.remove(arguments, 1)
end
local url = table.remove(arguments, 1)

if not url then
    local name = arg[0] or fs.getName(shell.getRunningProgram())
    print("Usage:")
    print(name .. " <url> [filename]")
    print(name .. " run <url>")
    return
elseif not http then
    printError("wget requires the http API, but it is not enabled")
    printError("Set http.enabled to true in CC: Tweaked's server config")
    return
end

--- The last part of the address's path, or nil.
local function fileName()
    local path = url:gsub("[#?].*", ""):gsub("/+$", "")
    return path:match("/([^/]+)$")
end

--- Downloads the address and says so. Returns nil if it could not.
local function download()
    local allowed, problem = http.checkURL(url)
    if not allowed then
        printError(problem or "Invalid URL.")
        return nil
    end
    write("Connecting to " .. url .. "... ")
    local response = http.get(url)
    if not response then
        print("Failed.")
        return nil
    end
    print("Success.")
    local body = response.readAll()
    response.close()
    return body or ""
end

local function runProgram()
    local source = download()
    if not source then
        return
    end
    local program, syntaxError = load(source, fileName(), "t", _ENV)
    if not program then
        printError(syntaxError)
        return
    end
    local succeeded, problem = pcall(program, table.unpack(arguments))
    if not succeeded then
        printError(problem)
    end
end

local function saveFile()
    local name = arguments[1] or fileName() or url
    local path = shell.resolve(name)
    if fs.exists(path) then
        print("File already exists")
        return
    end
    local body = download()
    if not body then
        return
    end
    local file, problem = fs.open(path, "wb")
    if not file then
        printError("Cannot save file: " .. problem)
        return
    end
    file.write(body)
    file.close()
    print("Downloaded as " .. name)
end

if isRun then
    runProgram()
else
    saveFile()
end
