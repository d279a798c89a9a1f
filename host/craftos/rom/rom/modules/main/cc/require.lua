--- Makes the `require` function and the `package` table of a program. The shell gives every program its own, so
-- modules are loaded anew for each.

local expect = dofile("rom/modules/main/cc/expect.lua").expect

--- The libraries that every program has loaded already. `utf8` is a global, but none of them.
local standardLibraries = { "bit32", "coroutine", "debug", "math", "string", "table" }

--- Makes `package.searchpath`, with relative places taken from `folder`.
local function makeSearch(folder)
    return function(name, path, separator, replacement)
        expect(1, name, "string")
        expect(2, path, "string")
        separator = expect(3, separator, "string", "nil") or "."
        replacement = expect(4, replacement, "string", "nil") or "/"

        local fileName = name:gsub(separator:gsub("%.", "%%."), replacement)
        local tried = {}
        for template in path:gmatch("[^;]+") do
            local candidate = template:gsub("%?", (fileName:gsub("%%", "%%%%")))
            if candidate:sub(1, 1) ~= "/" then
                candidate = fs.combine(folder, candidate)
            end
            if fs.exists(candidate) and not fs.isDir(candidate) then
                return candidate
            end
            tried[#tried + 1] = "no file '" .. candidate .. "'"
        end
        return nil, table.concat(tried, "\n  ")
    end
end

--- Makes the functions that look for a module's code, in the order in which they are asked. Each returns what to
-- call and what to call it with besides the module's name; or nil and why not.
local function makeLoaders(package, environment)
    local function fromPreload(name)
        local load = package.preload[name]
        if load then
            return load
        end
        return nil, "no field package.preload['" .. name .. "']"
    end

    local function fromFile(name)
        local path, problem = package.searchpath(name, package.path)
        if not path then
            return nil, problem
        end
        local chunk, syntaxError = loadfile(path, nil, environment)
        if not chunk then
            return nil, syntaxError
        end
        return chunk, path
    end

    return { fromPreload, fromFile }
end

local function makeRequire(package)
    -- Stands for a module while it is being loaded, and after its loading failed.
    local unfinished = {}

    return function(name)
        expect(1, name, "string")
        local loaded = package.loaded[name]
        if loaded == unfinished then
            error("loop or previous error loading module '" .. name .. "'", 0)
        elseif loaded then
            return loaded
        end

        local problems = { "module '" .. name .. "' not found:" }
        for _, find in ipairs(package.loaders) do
            local found = table.pack(find(name))
            if found[1] then
                package.loaded[name] = unfinished
                local module = found[1](name, table.unpack(found, 2, found.n))
                if module == nil then
                    module = true
                end
                package.loaded[name] = module
                return module
            end
            problems[#problems + 1] = found[2]
        end
        error(table.concat(problems, "\n  "), 2)
    end
end

--- Makes a `require` and its `package`.
--
-- @tparam table environment The globals that modules are loaded with.
-- @tparam string folder Where modules are looked for first: the program's own folder.
-- @treturn function The `require` function.
-- @treturn table The `package` table.
local function make(environment, folder)
    expect(1, environment, "table")
    expect(2, folder, "string")

    local templates = {}
    for _, place in ipairs({ "", "/rom/modules/main/" }) do
        for _, form in ipairs({ "?", "?.lua", "?/init.lua" }) do
            templates[#templates + 1] = place .. form
        end
    end

    local package = {
        path = table.concat(templates, ";"),
        config = "/\n;\n?\n!\n-",
        preload = {},
        searchpath = makeSearch(folder),
    }
    package.loaders = makeLoaders(package, environment)
    package.loaded = { _G = _G, package = package }
    for _, name in ipairs(standardLibraries) do
        package.loaded[name] = _G[name]
    end
    return makeRequire(package), package
end

return { make = make }
