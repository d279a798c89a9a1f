--- The `term` API: the machine's terminal, which can be redirected to a window or a monitor.

local expect = dofile("rom/modules/main/cc/expect.lua").expect

local term = _ENV
local native = _G.term.native and _G.term.native() or _G.term
local target = native

--- Makes everything that is written through `term` go to another terminal. Returns the one it went to before.
-- A method that the new one lacks is added to it and raises when called.
function term.redirect(newTarget)
    expect(1, newTarget, "table")
    if newTarget == term or newTarget == _G.term then
        error("term is not a recommended redirect target, try term.current() instead", 2)
    end
    for name, method in pairs(native) do
        if type(method) == "function" and type(newTarget[name]) ~= "function" then
            newTarget[name] = function()
                error("Redirect object is missing method " .. name .. ".", 2)
            end
        end
    end
    local previous = target
    target = newTarget
    return previous
end

--- The terminal that `term` writes to now.
function term.current()
    return target
end

--- The computer's own terminal, wherever `term` writes to.
function term.native()
    return native
end

-- The default palette belongs to the computer, not to the terminal that is written to.
for _, name in ipairs({ "nativePaletteColour", "nativePaletteColor" }) do
    term[name], native[name] = native[name], nil
end

for name, method in pairs(native) do
    if type(method) == "function" and rawget(term, name) == nil then
        term[name] = function(...)
            return target[name](...)
        end
    end
end
