--- Runs functions side by side: each gets every event, and runs until it waits for the next.

local parallel = _ENV

--- Makes a coroutine of each argument. Raises at the caller of the public function when one is not a function.
local function coroutines(...)
    local result = {}
    for index = 1, select("#", ...) do
        local task = select(index, ...)
        if type(task) ~= "function" then
            error("bad argument #" .. index .. " (function expected, got " .. type(task) .. ")", 3)
        end
        result[index] = coroutine.create(task)
    end
    return result
end

--- Runs coroutines until only `enough` of them have not ended. Returns the index of the one that ended last.
-- An error in one of them is raised again as it was.
local function run(tasks, enough)
    local count = #tasks
    local alive = count
    local filters = {}
    local event = { n = 0 }

    while count > 0 do
        for index = 1, count do
            local task = tasks[index]
            if task and coroutine.status(task) ~= "dead" then
                local filter = filters[index]
                if filter == nil or filter == event[1] or event[1] == "terminate" then
                    local succeeded, result = coroutine.resume(task, table.unpack(event, 1, event.n))
                    if not succeeded then
                        error(result, 0)
                    end
                    filters[index] = result
                end
            end
            if task and coroutine.status(task) == "dead" then
                tasks[index] = false
                alive = alive - 1
                if alive <= enough then
                    return index
                end
            end
        end
        event = table.pack(os.pullEventRaw())
    end
    return 0
end

--- Runs functions side by side until one of them returns. Returns the number of that one.
function parallel.waitForAny(...)
    local tasks = coroutines(...)
    return run(tasks, #tasks - 1)
end

--- Runs functions side by side until all of them have returned. Returns the number of the last one.
function parallel.waitForAll(...)
    return run(coroutines(...), 0)
end
