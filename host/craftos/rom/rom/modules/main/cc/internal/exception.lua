--- Runs programs in a coroutine of their own, so that an error can be told together with where it happened.
--
-- Part of the ROM's inside, but programs that manage coroutines may raise what it understands: a table whose
-- metatable has the `__name` "exception", with a string `message` and the coroutine that failed as `thread`.

local function isException(value)
    local meta = type(value) == "table" and getmetatable(value)
    return type(meta) == "table"
        and meta.__name == "exception"
        and type(rawget(value, "message")) == "string"
        and type(rawget(value, "thread")) == "thread"
end

--- Calls a function that may wait for events. Returns true and its results; or false, the error and the coroutine
-- in which it was raised.
local function try(task, ...)
    local thread = coroutine.create(task)
    local result = table.pack(coroutine.resume(thread, ...))
    while coroutine.status(thread) ~= "dead" do
        local filter = result[2]
        local event = table.pack(os.pullEventRaw(filter))
        if filter == nil or event[1] == filter or event[1] == "terminate" then
            result = table.pack(coroutine.resume(thread, table.unpack(event, 1, event.n)))
        end
    end

    local failure = result[2]
    if result[1] then
        return table.unpack(result, 1, result.n)
    elseif isException(failure) then
        return false, rawget(failure, "message"), rawget(failure, "thread")
    end
    return false, failure, thread
end

return { try = try }
