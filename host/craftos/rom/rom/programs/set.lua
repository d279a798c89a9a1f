local pretty = require("cc.pretty")

local name, text = ...

local literals = { ["true"] = true, ["false"] = false }

--- What a user means who types this text: a truth value, a number, nil for "nil", or just the text.
local function parse(typed)
    if typed == "nil" then
        return nil
    elseif literals[typed] ~= nil then
        return literals[typed]
    end
    return tonumber(typed) or typed
end

local function showAll()
    local lines = {}
    for index, each in ipairs(settings.getNames()) do
        lines[index] = textutils.serialize(each) .. " is " .. textutils.serialize(settings.get(each))
    end
    local _, row = term.getCursorPos()
    textutils.pagedPrint(table.concat(lines, "\n"), row - 3)
end

local function show(details)
    local message = pretty.text(name, colors.cyan) .. " is " .. pretty.pretty(details.value)
    if details.default ~= nil and details.value ~= details.default then
        message = message .. " (default is " .. pretty.pretty(details.default) .. ")"
    end
    pretty.print(message)
    if details.description then
        print(details.description)
    end
end

local function change(details, value)
    if value == nil then
        settings.unset(name)
        print(textutils.serialize(name) .. " unset")
    elseif details.type and details.type ~= type(value) then
        printError(("%s is not a valid %s."):format(textutils.serialize(text), details.type))
        return
    else
        settings.set(name, value)
        print(textutils.serialize(name) .. " set to " .. textutils.serialize(value))
    end
    if value ~= details.value then
        settings.save()
    end
end

if not name then
    showAll()
elseif not text then
    show(settings.getDetails(name))
else
    change(settings.getDetails(name), parse(text))
end
