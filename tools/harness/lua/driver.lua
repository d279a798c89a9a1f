-- Sits before the computer in place of a person, where the host has no keyboard to offer: boots the shell on a
-- terminal that it watches, presses the keys that the host asks for and tells the host what is to be seen. It is the
-- computer's /startup.lua. tools/harness/exchange.ts describes the files by which the two talk.

local folder = "/trapos-harness"
-- The shell that it boots comes by here again.
if _G.isDriven or not fs.isDir(folder) then
    return
end
_G.isDriven = true

-- What it needs of the APIs, as it is now: a program may put something else in its place and leave it there.
local function copyOf(api)
    local copy = {}
    for name, value in pairs(api) do
        copy[name] = value
    end
    return copy
end
local programsOs = os
local fs, os, textutils = copyOf(fs), copyOf(os), copyOf(textutils)

-- A handle is kept for the moment when a program has opened all the others.
local reserve = assert(fs.open(folder .. "/options.json", "r"))

-- Opens a file, hands it to the function and closes it.
local function withFile(path, mode, use)
    reserve.close()
    local file = assert(fs.open(path, mode))
    local result = use(file)
    file.close()
    -- Nothing has run in between that could have opened one.
    reserve = assert(fs.open(folder .. "/options.json", "r"))
    return result
end

local secondsBetweenLooks = 0.05
local keysPressed = "harness_keys_pressed"

local function readJson(path)
    local text = withFile(path, "r", function(file)
        return file.readAll()
    end)
    return assert(textutils.unserializeJSON(text))
end

local options = readJson(folder .. "/options.json")

-- The terminal: a window of the ROM that nobody draws, so that it has any size, and a screen also where CraftOS-PC
-- only prints.

local scrolled = {}
local window = window.create(term.current(), 1, 1, options.width, options.height, false)
local terminal = {}
for name, method in pairs(window) do
    terminal[name] = method
end

local function trimmed(text)
    return text:match("^(.-) *$")
end

function terminal.scroll(lines)
    for row = 1, math.min(tonumber(lines) or 0, options.height) do
        scrolled[#scrolled + 1] = trimmed((window.getLine(row)))
    end
    window.scroll(lines)
end

-- Telling the host.

local lastStep = 0
local lastSeen
local lastTime = os.clock()
-- The oldest message that the host may not have taken yet, and when that was written.
local waiting, waitingSince
-- Ascending also after a reboot.
local messageNumber = os.epoch("utc")

local function tell(news)
    local screen = {}
    for row = 1, options.height do
        screen[row] = window.getLine(row)
    end
    local seen = lastStep .. "\n" .. table.concat(screen, "\n")
    local isChanged = seen ~= lastSeen or #scrolled > 0 or news
    -- Now and then a message shows whether the host is still there to take it.
    local isDue = not waiting and os.clock() - lastTime > options.patienceSeconds / 2
    if not isChanged and not isDue then
        return
    end
    local message = news or {}
    message.screen, message.step = screen, lastStep
    -- Without rows it would be an empty object in JSON.
    message.scrolled = #scrolled > 0 and scrolled or nil
    lastSeen, scrolled = seen, {}

    local draft = folder .. "/computer-draft"
    local text = textutils.serializeJSON(message)
    withFile(draft, "w", function(file)
        file.write(text)
    end)
    messageNumber = messageNumber + 1
    local path = ("%s/from-computer/%.0f"):format(folder, messageNumber)
    fs.move(draft, path)
    lastTime = os.clock()
    if not waiting then
        waiting, waitingSince = path, lastTime
    end
end

local function isHostGone()
    if waiting and not fs.exists(waiting) then
        waiting = nil
    end
    return waiting and os.clock() - waitingSince > options.patienceSeconds
end

-- Pressing keys, one at a time, so that the event queue never fills up.

local codes = {}
for name, code in pairs(keys) do
    if type(code) == "number" then
        codes[name:lower()] = code
    end
end

local function codeOf(key)
    return codes[key] or error("This computer has no key " .. key, 0)
end

-- The step in hand: its number and the events that are left of it.
local step

local function pressNext()
    local event = table.remove(step.events, 1)
    if not event then
        lastStep, step = step.step, nil
        tell()
        return
    end
    local name, what = event[1], event[2]
    if name == "char" then
        os.queueEvent(name, string.char(what))
    elseif name == "key" then
        os.queueEvent(name, codeOf(what), false)
    elseif name == "key_up" then
        os.queueEvent(name, codeOf(what))
    else
        os.queueEvent(name)
    end
    -- Comes back once the computer has seen the event.
    os.queueEvent(keysPressed)
end

local function takeStep()
    if step then
        return
    end
    local names = fs.list(folder .. "/to-computer")
    table.sort(names)
    if names[1] then
        local path = fs.combine(folder, "to-computer", names[1])
        step = readJson(path)
        fs.delete(path)
        pressNext()
    end
end

-- The computer, as the BIOS boots it. It goes off or starts again when the host has been told everything.

local status
local isRebooting = false
local shutdown, reboot = os.shutdown, os.reboot

local function waitForTheEnd()
    while true do
        coroutine.yield()
    end
end

function programsOs.shutdown(chosen)
    status = tonumber(chosen) or 0
    waitForTheEnd()
end

function programsOs.reboot()
    isRebooting = true
    waitForTheEnd()
end

local function watch()
    -- Only CraftOS-PC has one, and it is another each day.
    settings.set("motd.enable", false)

    local shell = coroutine.create(function()
        os.run({}, "/rom/programs/shell.lua")
    end)
    local wanted
    local function resume(...)
        local outer = term.redirect(terminal)
        local succeeded, result = coroutine.resume(shell, ...)
        terminal = term.redirect(outer)
        if not succeeded then
            error(result, 0)
        end
        wanted = result
    end

    local timers, dueTime = {}, nil
    local function lookLater()
        timers[os.startTimer(secondsBetweenLooks)] = true
        dueTime = os.clock() + secondsBetweenLooks
    end
    local function look()
        if isHostGone() then
            error("Nobody watches any more", 0)
        end
        takeStep()
        tell()
        lookLater()
    end

    resume()
    lookLater()
    while not status and not isRebooting and coroutine.status(shell) ~= "dead" do
        local event = table.pack(os.pullEventRaw())
        local name = event[1]
        if name == "timer" and timers[event[2]] then
            timers[event[2]] = nil
            look()
        elseif name == keysPressed then
            pressNext()
        elseif wanted == nil or wanted == name or name == "terminate" then
            resume(table.unpack(event, 1, event.n))
        end
        -- A timer that found the event queue full never comes.
        if os.clock() > dueTime + 1 then
            look()
        end
    end
    if step then
        -- Nobody is there any more to see the rest of it.
        lastStep = step.step
    end
    if isRebooting then
        tell()
        reboot()
    end
    tell({ ended = status or 0 })
end

local succeeded, problem = pcall(watch)
if not succeeded then
    printError(problem)
    pcall(tell, { failed = tostring(problem) })
    status = 1
end
shutdown(status or 0)
