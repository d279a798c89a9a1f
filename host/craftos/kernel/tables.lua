-- ComputerCraft's table library, ipairs and pairs: metamethods count, and they and callbacks may yield. Where a table has no
-- metatable, and so for nearly all of them, C's functions do the work.

local kernel = ...
local globals = kernel.globals
local library = globals.table
local argument, error = kernel.argument, error
local stringArgument, whole = kernel.stringArgument, kernel.wholeArgument
local getmetatable, next, rawget, rawlen, select, type = debug.getmetatable, next, rawget, rawlen, select, type
local rawConcat, insert, remove, sort, rawUnpack = table.concat, table.insert, table.remove, table.sort, table.unpack
local rawIpairs, tonumber = ipairs, tonumber

--- So many values are copied by C within the time of a look at the time.
local QUICK = 1000

--- Looks at the time where C copies many values within a list.
local function lookBefore(count)
    if count > QUICK then kernel.look() end
end

--- The length as `#` gives it, which has to be a whole number.
local function lengthOf(list)
    local length = #list
    local number = tonumber(length)
    if number and number % 1 == 0 and number >= -2 ^ 31 and number < 2 ^ 31 then return number end
    error("object length is not an integer")
end

-- pairs, ipairs and unpack --------------------------------------------------------------------------------------------

--- What has no pairs is an error once it is gone through, as in CC, and not before.
function globals.pairs(...)
    local list = ...
    local metatable = getmetatable(list)
    local method = metatable and rawget(metatable, "__pairs")
    if method ~= nil then
        -- Not as a tail call, which would not be on the stack any more while the method runs.
        local iterate, state, first = method(list)
        return iterate, state, first
    end
    if list == nil and select("#", ...) == 0 then error("bad argument #1 (value expected)") end
    return next, list, nil
end

local function nextOf(list, index)
    index = index + 1
    local value = list[index]
    if value ~= nil then return index, value end
    return nil
end

function globals.ipairs(...)
    local list = ...
    if type(list) == "table" and not getmetatable(list) then return rawIpairs(list) end
    if select("#", ...) == 0 then error("bad argument #1 (value expected)") end
    return nextOf, list, 0
end

local MOST_RESULTS = 2 ^ 31 - 1

local function unpackSlowly(list, first, last)
    first = whole(first, 1)
    last = last == nil and lengthOf(list) or whole(last)
    if first > last then return end
    if last - first + 1 >= MOST_RESULTS then error("too many results to unpack") end
    local values = {}
    for index = first, last do values[index - first + 1] = list[index] end
    return rawUnpack(values, 1, last - first + 1)
end

function library.unpack(list, first, last)
    if type(list) == "table" and not getmetatable(list) then return rawUnpack(list, first, last) end
    return unpackSlowly(list, first, last)
end
globals.unpack = library.unpack

function library.concat(list, separator, first, last)
    if type(list) == "table" and not getmetatable(list) then
        lookBefore(type(last) == "number" and last or #list)
        return rawConcat(list, separator, first, last)
    end
    argument(list, "table")
    local length = lengthOf(list)
    separator = separator == nil and "" or stringArgument(separator)
    first, last = whole(first, 1), whole(last, length)
    local texts = {}
    for index = first, last do texts[#texts + 1] = stringArgument(list[index]) end
    return rawConcat(texts, separator)
end

-- Sorting -------------------------------------------------------------------------------------------------------------

-- Heap sort, which is what CC uses: equal elements end up in the same order there, and a comparator that contradicts
-- itself gives some order but no error.
local function heapSort(list, count, before)
    local function sink(root, last)
        local value = list[root]
        while root * 2 <= last do
            local child = root * 2
            local largest = list[child]
            if child < last then
                local other = list[child + 1]
                if before(largest, other) then child, largest = child + 1, other end
            end
            if not before(value, largest) then return end
            list[root], list[child] = largest, value
            root = child
        end
    end
    for root = (count - count % 2) / 2, 1, -1 do sink(root, count) end
    for last = count, 2, -1 do
        local value = list[last]
        list[last] = list[1]
        list[1] = value
        sink(1, last - 1)
    end
end

local function isLess(first, second)
    return first < second
end

--- Whether a list holds numbers alone, or texts alone: these have one order only, however they are sorted.
local function hasOneOrder(list, count)
    local kind = type(list[1])
    if kind ~= "number" and kind ~= "string" then return false end
    for index = 1, count do
        local value = list[index]
        if type(value) ~= kind or value ~= value then return false end
    end
    return true
end

function library.sort(list, before)
    argument(list, "table")
    local count = lengthOf(list)
    if before == nil then
        if not getmetatable(list) and hasOneOrder(list, count) then return sort(list) end
        before = isLess
    else
        argument(before, "function")
    end
    heapSort(list, count, before)
end

-- Putting in and taking out ---------------------------------------------------------------------------------------------

--- Like Lua 5.1's: a position past the end makes a hole in place of an error.
function library.insert(list, ...)
    argument(list, "table")
    local count = select("#", ...)
    if count == 1 then
        list[lengthOf(list) + 1] = (...)
    elseif count == 2 then
        local position, value = ...
        position = whole(position)
        local length = lengthOf(list)
        if position >= 1 and position <= length + 1 and not getmetatable(list) then
            lookBefore(length - position)
            return insert(list, position, value)
        end
        for index = length + 1, position + 1, -1 do list[index] = list[index - 1] end
        list[position] = value
    else
        error('wrong number of arguments to "insert"')
    end
end

--- Like Lua 5.1's: a position past the end removes nothing in place of an error.
function library.remove(list, position)
    argument(list, "table")
    local count = lengthOf(list)
    position = whole(position, count)
    if position > count then return end
    if position >= 1 and not getmetatable(list) then
        lookBefore(count - position)
        return remove(list, position)
    end
    local value = list[position]
    for index = position, count - 1 do list[index] = list[index + 1] end
    list[count] = nil
    return value
end

local LAST_INDEX = 2 ^ 31 - 1

function library.move(source, first, last, to, destination)
    first, last, to = whole(first), whole(last), whole(to)
    if destination == nil then destination = source end
    argument(source, "table")
    if last < first then return destination end
    local count = last - first + 1
    if first < 1 and last >= LAST_INDEX + first then error("bad argument #3 (too many elements to move)") end
    if to > LAST_INDEX - count + 1 then error("bad argument #4 (destination wrap around)") end
    if to > last or to <= first or destination ~= source then
        for index = 0, last - first do destination[to + index] = source[first + index] end
    else
        for index = last - first, 0, -1 do destination[to + index] = source[first + index] end
    end
    return destination
end

-- What Lua 5.1 had ------------------------------------------------------------------------------------------------------

function library.getn(list)
    return rawlen(argument(list, "table"))
end

function library.maxn(list)
    local most = 0
    for key in next, argument(list, "table") do
        if type(key) == "number" and key > most then most = key end
    end
    return most
end

function library.foreach(list, body)
    argument(list, "table")
    argument(body, "function")
    for key, value in next, list do
        local result = body(key, value)
        if result ~= nil then return result end
    end
    return nil
end

function library.foreachi(list, body)
    argument(list, "table")
    argument(body, "function")
    local index = 1
    while rawget(list, index) ~= nil do
        local result = body(index, rawget(list, index))
        if result ~= nil then return result end
        index = index + 1
    end
    return nil
end
