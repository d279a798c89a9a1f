-- What ComputerCraft's table library has beyond Lua 5.2's, and a sort whose comparator may yield.

local kernel = ...
local library = kernel.globals.table
local expect, expectOptional = kernel.expect, kernel.expectOptional
local error, getmetatable, next, rawget, select, type = error, getmetatable, next, rawget, select, type
local insert, remove, sort = table.insert, table.remove, table.sort

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
        list[1], list[last] = list[last], list[1]
        sink(1, last - 1)
    end
end

local function isLess(first, second)
    return first < second
end

function library.sort(list, before)
    expect(1, list, "table")
    if before == nil then
        -- Only a metamethod can yield.
        local least = list[1]
        if type(least) ~= "table" and not getmetatable(list) then return sort(list) end
        before = isLess
    else
        expect(2, before, "function")
    end
    heapSort(list, #list, before)
end

--- Like Lua 5.1's: a position past the end makes a hole in place of an error.
function library.insert(list, ...)
    expect(1, list, "table")
    local count = select("#", ...)
    if count == 1 then
        list[#list + 1] = (...)
    elseif count == 2 then
        local position, value = ...
        expect(2, position, "number")
        if position >= 1 and position <= #list + 1 and not getmetatable(list) then
            return insert(list, position, value)
        end
        for index = #list + 1, position + 1, -1 do list[index] = list[index - 1] end
        list[position] = value
    else
        error('wrong number of arguments to "insert"', 2)
    end
end

--- Like Lua 5.1's: a position past the end removes nothing in place of an error.
function library.remove(list, position)
    expect(1, list, "table")
    expectOptional(2, position, "number")
    local count = #list
    if position == nil then position = count end
    if position > count then return end
    if position >= 1 and not getmetatable(list) then return remove(list, position) end
    local value = list[position]
    for index = position, count - 1 do list[index] = list[index + 1] end
    list[count] = nil
    return value
end

function library.move(source, first, last, to, destination)
    expect(1, source, "table")
    expect(2, first, "number")
    expect(3, last, "number")
    expect(4, to, "number")
    if destination == nil then destination = source end
    expect(5, destination, "table")
    if to > last or to <= first or destination ~= source then
        for index = 0, last - first do destination[to + index] = source[first + index] end
    else
        for index = last - first, 0, -1 do destination[to + index] = source[first + index] end
    end
    return destination
end

function library.getn(list)
    return #expect(1, list, "table")
end

function library.maxn(list)
    local most = 0
    for key in next, expect(1, list, "table") do
        if type(key) == "number" and key > most then most = key end
    end
    return most
end

function library.foreach(list, body)
    expect(1, list, "table")
    expect(2, body, "function")
    for key, value in next, list do
        local result = body(key, value)
        if result ~= nil then return result end
    end
end

function library.foreachi(list, body)
    expect(1, list, "table")
    expect(2, body, "function")
    local index = 1
    while rawget(list, index) ~= nil do
        local result = body(index, rawget(list, index))
        if result ~= nil then return result end
        index = index + 1
    end
end
