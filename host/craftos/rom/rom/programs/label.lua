local arguments = { ... }

--- The label of the computer, or of the disk in a drive, as functions and as words for messages.
local function target(drive)
    if not drive then
        return { name = "Computer", get = os.getComputerLabel, set = os.setComputerLabel }
    elseif peripheral.getType(drive) ~= "drive" then
        print("No disk drive named " .. drive)
    elseif not disk.hasData(drive) then
        print("No disk in " .. drive .. " drive")
    else
        return {
            name = "Disk",
            get = function()
                return disk.getLabel(drive)
            end,
            set = function(label)
                disk.setLabel(drive, label)
            end,
        }
    end
    return nil
end

local function show(of)
    local label = of.get()
    print(label and of.name .. ' label is "' .. label .. '"' or "No " .. of.name .. " label")
end

local function change(of, label)
    of.set(label)
    local now = of.get()
    print(now and of.name .. ' label set to "' .. now .. '"' or of.name .. " label cleared")
end

local function printUsage()
    local program = arg[0] or fs.getName(shell.getRunningProgram())
    print("Usages:")
    for _, usage in ipairs({ "get", "get <drive>", "set <text>", "set <drive> <text>", "clear", "clear <drive>" }) do
        print(program .. " " .. usage)
    end
end

local command, count = arguments[1], #arguments
local drive, act
if command == "get" and count <= 2 then
    drive, act = arguments[2], show
elseif command == "clear" and count <= 2 then
    drive, act = arguments[2], change
elseif command == "set" and (count == 2 or count == 3) then
    drive = count == 3 and arguments[2] or nil
    act = function(of)
        change(of, arguments[count])
    end
else
    printUsage()
    return
end

local of = target(drive)
if of then
    act(of)
end
