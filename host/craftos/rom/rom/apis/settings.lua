--- Options of the system and of programs: defined by code, changed by the user, kept in the file /.settings.

local expectModule = dofile("rom/modules/main/cc/expect.lua")
local expect, field = expectModule.expect, expectModule.field

local settings = _ENV

local defaultPath = ".settings"
local allowedTypes = { "number", "string", "boolean", "table" }
local isAllowed = {}
for _, name in ipairs(allowedTypes) do
    isAllowed[name] = true
end

--- Options by name, as given to `define`; and the values that differ from their defaults.
local definitions, values = {}, {}

local function copy(value)
    if type(value) ~= "table" then
        return value
    end
    local result = {}
    for key, item in pairs(value) do
        result[key] = copy(item)
    end
    return result
end

--- The value as it will be after a restart. Raises for what cannot be written to a file.
local function asStored(value)
    if type(value) ~= "table" then
        return value
    end
    return textutils.unserialize(textutils.serialize(value))
end

local function change(name, value)
    local old = values[name]
    if old == nil and definitions[name] then
        old = definitions[name].default
    end
    values[name] = value
    if value ~= old then
        os.queueEvent("setting_changed", name, value, old)
    end
end

--- Describes a setting. `options` may have `description`, `default`, and `type`, which its values then must have.
function settings.define(name, options)
    expect(1, name, "string")
    expect(2, options, "table", "nil")
    if not options then
        definitions[name] = {}
        return
    end

    local definition = {
        description = field(options, "description", "string", "nil"),
        default = asStored(field(options, "default", "number", "string", "boolean", "table", "nil")),
        type = field(options, "type", "string", "nil"),
    }
    if definition.type and not isAllowed[definition.type] then
        local list = table.concat(allowedTypes, ", ")
        error(("Unknown type %q. Expected one of %s."):format(definition.type, list), 2)
    end
    definitions[name] = definition
end

--- Forgets the description of a setting, not its value.
function settings.undefine(name)
    expect(1, name, "string")
    definitions[name] = nil
end

--- Changes a setting until the computer restarts; `settings.save` makes it last.
function settings.set(name, value)
    expect(1, name, "string")
    expect(2, value, "number", "string", "boolean", "table")
    local definition = definitions[name]
    if definition and definition.type then
        expect(2, value, definition.type)
    end
    change(name, asStored(value))
end

--- The value of a setting, or else `default`, or else the default that it was defined with.
function settings.get(name, default)
    expect(1, name, "string")
    if values[name] ~= nil then
        return copy(values[name])
    elseif default ~= nil then
        return default
    end
    local definition = definitions[name]
    return definition and copy(definition.default)
end

--- What is known of a setting: its definition, its `value`, and whether that was `changed`.
function settings.getDetails(name)
    expect(1, name, "string")
    local details = copy(definitions[name]) or {}
    details.value = values[name]
    details.changed = details.value ~= nil
    if not details.changed then
        details.value = details.default
    end
    return details
end

--- Puts a setting back to its default.
function settings.unset(name)
    expect(1, name, "string")
    change(name, nil)
end

--- Puts every setting back to its default.
function settings.clear()
    for name in pairs(values) do
        change(name, nil)
    end
end

--- The names of all settings that are defined or have a value, sorted.
function settings.getNames()
    local names = {}
    for name in pairs(definitions) do
        names[#names + 1] = name
    end
    for name in pairs(values) do
        if not definitions[name] then
            names[#names + 1] = name
        end
    end
    table.sort(names)
    return names
end

--- Adds the values in a file to those that are set. What is not valid for its setting is passed over.
-- Returns false when there is no such file or it does not hold settings.
function settings.load(path)
    expect(1, path, "string", "nil")
    local file = fs.open(path or defaultPath, "r")
    if not file then
        return false
    end
    local stored = textutils.unserialize(file.readAll())
    file.close()
    if type(stored) ~= "table" then
        return false
    end

    for name, value in pairs(stored) do
        if type(name) == "string" and isAllowed[type(value)] then
            local definition = definitions[name]
            if not definition or not definition.type or definition.type == type(value) then
                local storable, result = pcall(asStored, value)
                if storable then
                    change(name, result)
                end
            end
        end
    end
    return true
end

--- Writes all values to a file, in place of what it held. Returns whether it could.
function settings.save(path)
    expect(1, path, "string", "nil")
    local file = fs.open(path or defaultPath, "w")
    if not file then
        return false
    end
    file.write(textutils.serialize(values))
    file.close()
    return true
end
