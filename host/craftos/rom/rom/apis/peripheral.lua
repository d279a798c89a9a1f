--- Finds and controls the peripherals of this computer.
--
-- The machine's own `peripheral` knows what is attached to a side. This adds what is reached through one of
-- those: a wired modem is a "peripheral_hub", whose methods ending in "Remote" speak for the peripherals on
-- its network.
--
-- `os.loadAPI` makes an API of this file's globals, so what is public here is global and the rest is local.

local expect = dofile("rom/modules/main/cc/expect.lua").expect

local native = peripheral
local sides = redstone.getSides()

--- The side of the hub on whose network a name is, or nil.
local function findHub(name)
    for _, side in ipairs(sides) do
        if native.hasType(side, "peripheral_hub") and native.call(side, "isPresentRemote", name) then
            return side
        end
    end
end

--- The metatable of a wrapped peripheral. Raises at the caller of the calling function for any other table.
local function wrappedInformation(wrapped, key, kind)
    local information = getmetatable(wrapped)
    if
        type(information) ~= "table"
        or information.__name ~= "peripheral"
        or type(information[key]) ~= kind
    then
        error("bad argument #1 (table is not a peripheral)", 3)
    end
    return information
end

--- Lists the names of all peripherals: sides, and after each hub what is on its network.
---@return string[]
function getNames()
    local names = {}
    for _, side in ipairs(sides) do
        if native.isPresent(side) then
            names[#names + 1] = side
            if native.hasType(side, "peripheral_hub") then
                for _, name in ipairs(native.call(side, "getNamesRemote")) do
                    names[#names + 1] = name
                end
            end
        end
    end
    return names
end

--- Tells whether there is a peripheral.
---@param name string a side or a name on a wired network
---@return boolean
function isPresent(name)
    expect(1, name, "string")
    return native.isPresent(name) or findHub(name) ~= nil
end

--- Tells of what types a peripheral is.
---@param peripheral string|table its name, or what `wrap` made of it
---@return string? ... nil when there is none
function getType(peripheral)
    expect(1, peripheral, "string", "table")
    if type(peripheral) == "table" then
        return table.unpack(wrappedInformation(peripheral, "types", "table").types)
    elseif native.isPresent(peripheral) then
        return native.getType(peripheral)
    end
    local hub = findHub(peripheral)
    if hub then
        return native.call(hub, "getTypeRemote", peripheral)
    end
    return nil
end

--- Tells whether a peripheral is of a type.
---@param peripheral string|table its name, or what `wrap` made of it
---@param peripheral_type string
---@return boolean? nil when there is none
function hasType(peripheral, peripheral_type)
    expect(1, peripheral, "string", "table")
    expect(2, peripheral_type, "string")
    if type(peripheral) == "table" then
        return wrappedInformation(peripheral, "types", "table").types[peripheral_type] ~= nil
    elseif native.isPresent(peripheral) then
        return native.hasType(peripheral, peripheral_type)
    end
    local hub = findHub(peripheral)
    if hub then
        return native.call(hub, "hasTypeRemote", peripheral, peripheral_type)
    end
    return nil
end

--- Lists the methods of a peripheral.
---@param name string
---@return string[]? nil when there is none
function getMethods(name)
    expect(1, name, "string")
    if native.isPresent(name) then
        return native.getMethods(name)
    end
    local hub = findHub(name)
    if hub then
        return native.call(hub, "getMethodsRemote", name)
    end
    return nil
end

--- Gets the name of a wrapped peripheral.
---@param peripheral table what `wrap` made of it
---@return string
function getName(peripheral)
    expect(1, peripheral, "table")
    return wrappedInformation(peripheral, "name", "string").name
end

--- Calls a method of a peripheral. It does nothing when there is none of that name.
---@param name string
---@param method string
---@param ... any the method's arguments
---@return any ... what the method returns
function call(name, method, ...)
    expect(1, name, "string")
    expect(2, method, "string")
    -- Tail calls: an error of the method is the caller's.
    if native.isPresent(name) then
        return native.call(name, method, ...)
    end
    local hub = findHub(name)
    if hub then
        return native.call(hub, "callRemote", name, method, ...)
    end
    return nil
end

--- Makes a table of a peripheral's methods as functions.
---@param name string
---@return table? wrapped nil when there is none
function wrap(name)
    expect(1, name, "string")
    -- By way of the global, here and below, so that a program that adds peripherals of its own there is
    -- heard.
    local methods = peripheral.getMethods(name)
    if not methods then
        return nil
    end

    local types = { peripheral.getType(name) }
    for i = 1, #types do
        types[types[i]] = true
    end
    local wrapped = {}
    for _, method in ipairs(methods) do
        wrapped[method] = function(...)
            return peripheral.call(name, method, ...)
        end
    end
    return setmetatable(wrapped, { __name = "peripheral", name = name, type = types[1], types = types })
end

--- Wraps all peripherals of a type.
---@param type string
---@param filter? fun(name: string, wrapped: table): boolean which of them to keep, all when left out
---@return table ... wrapped
function find(type, filter)
    expect(1, type, "string")
    expect(2, filter, "function", "nil")

    local found = {}
    for _, name in ipairs(peripheral.getNames()) do
        if peripheral.hasType(name, type) then
            local wrapped = peripheral.wrap(name)
            if not filter or filter(name, wrapped) then
                found[#found + 1] = wrapped
            end
        end
    end
    return table.unpack(found)
end
