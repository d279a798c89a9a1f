-- Goes through everything that a program can reach, and writes what it has found to a file. NATIVES, the names of the
-- natives that were there before anything else ran, is a global; see reach.test.ts.

local walk = {}

local OWN = debug.getinfo(1, "S").source

--- What was found: "kind path", each once.
local found, isFound = {}, {}
local function tell(kind, path)
    local line = kind .. " " .. path
    if not isFound[line] then
        isFound[line] = true
        found[#found + 1] = line
    end
end

local queue, seen = {}, {}
local function add(path, value)
    local kind = type(value)
    if kind == "nil" then return end
    if kind == "boolean" or kind == "number" or kind == "string" then
        queue[#queue + 1] = { path, value }
    elseif not seen[value] then
        seen[value] = true
        queue[#queue + 1] = { path, value }
    end
end

local function isOwn(body)
    return debug.getinfo(body, "S").source == OWN
end

--- A text that a program is told must not show where it comes from.
local function checkText(path, text)
    if type(text) == "string" and (text:find("kernel", 1, true) or text:find("=?", 1, true) or text:find("%f[^%s\0]%?:%d")) then
        tell("breach", path .. " says: " .. text:sub(1, 60))
    end
end

local function breach(path, what, ...)
    local ok, first = pcall(...)
    if ok and first ~= nil then tell("breach", path .. " " .. what) end
    if not ok then checkText(path .. " " .. what, first) end
end

local function upvalue() return OWN end

--- Tries on a native what would look into one.
local function checkNative(path, body)
    for _, index in ipairs({ -1, 0, 1, 2, 3, 60, 255, 2 ^ 32 + 1, 1.5, 0 / 0, 1 / 0 }) do
        breach(path, "getupvalue", debug.getupvalue, body, index)
        breach(path, "setupvalue", debug.setupvalue, body, index, "taken")
        breach(path, "upvalueid", debug.upvalueid, body, index)
        breach(path, "getlocal", debug.getlocal, body, index)
        breach(path, "upvaluejoin to it", function()
            debug.upvaluejoin(body, index, upvalue, 1)
            return "joined"
        end)
        breach(path, "upvaluejoin from it", function()
            debug.upvaluejoin(upvalue, 1, body, index)
            return "joined"
        end)
    end
    breach(path, "dump", string.dump, body)
    breach(path, "setfenv", setfenv, body, {})
    breach(path, "debug.setfenv", debug.setfenv, body, {})
    breach(path, "debug.getfenv", debug.getfenv, body)
    local info = debug.getinfo(body, "nSlutfL")
    for key, value in pairs({
        source = "=[C]", short_src = "[C]", what = "C", currentline = -1, linedefined = -1, lastlinedefined = -1,
        nups = 0, nparams = 0, isvararg = true, func = body, namewhat = "", istailcall = false,
    }) do
        if info[key] ~= value then tell("breach", path .. " getinfo " .. key) end
        info[key] = nil
    end
    if next(info) ~= nil then tell("breach", path .. " getinfo " .. next(info)) end
end

local names = NATIVES or {}

--- Names what is new in a table of natives, such as a handle.
local function name(path, natives)
    if type(natives) == "function" then natives = { [""] = natives } end
    for key, body in pairs(natives) do
        if type(body) == "function" then names[body] = names[body] or (key == "" and path or path .. "." .. key) end
    end
end

local function visitFunction(path, body)
    local info = debug.getinfo(body, "S")
    if info.what == "C" then
        tell("native", names[body] or path)
        checkNative(names[body] or path, body)
        add(path .. " getfenv", getfenv(body))
        return
    end
    checkText(path, info.source)
    if info.source == OWN then return end
    tell("function", info.source)
    for index = 1, 255 do
        local upvalueName, value = debug.getupvalue(body, index)
        if upvalueName == nil then break end
        add(path .. "^" .. upvalueName, value)
    end
    add(path .. " getfenv", getfenv(body))
    add(path .. " debug.getfenv", debug.getfenv(body))
end

-- Where a native has locals if it has any.
local someLocals = { -1, 0, 1, 2, 3, 9 }

--- Looks at the stack of a thread, or at that of the one that runs.
local function lookAtStack(path, thread)
    -- Between this function and what is asked stands a pcall.
    local function look(of, level, ...)
        if thread then return pcall(of, thread, level, ...) end
        return pcall(of, level + 3, ...)
    end
    for level = 0, 1000 do
        local ok, info = look(debug.getinfo, level, "nSlutfL")
        if not ok or not info then break end
        local at = path .. "!" .. level
        for _, text in ipairs({ info.source, info.short_src, info.name or "", info.namewhat }) do checkText(at, text) end
        local own = info.func and isOwn(info.func)
        if not own then
            add(at, info.func)
            add(at .. " lines", info.activelines)
        end
        if info.what == "C" then
            for _, index in ipairs(someLocals) do
                local _, localName = look(debug.getlocal, level, index)
                local isSet, set = look(debug.setlocal, level, index, "taken")
                if localName ~= nil or isSet and set ~= nil then tell("breach", at .. " has a local") end
            end
        elseif not own or level < 4 then
            local index = 0
            repeat
                index = index + 1
                local _, localName, value = look(debug.getlocal, level, index)
                if localName and localName:find("^%(%*") then tell("breach", at .. " shows " .. localName) end
                if not own then add(at .. "." .. tostring(localName), value) end
            until localName == nil
        end
        if not thread then add(at .. " getfenv", select(2, look(getfenv, level))) end
    end
    checkText(path, thread and debug.traceback(thread) or debug.traceback())
end
walk.lookAtStack = lookAtStack

local function visit(path, value)
    local kind = type(value)
    if kind == "function" then
        visitFunction(path, value)
    elseif kind == "table" then
        tell("table", path)
        local metatable = debug.getmetatable(value)
        if metatable then add(path .. "#", metatable) end
        local keys = {}
        for key in next, value do
            if type(key) == "string" then keys[#keys + 1] = key else add(path .. "{}", key) end
        end
        table.sort(keys)
        for _, key in ipairs(keys) do add(path .. "." .. key, rawget(value, key)) end
        for key, item in next, value do
            if type(key) ~= "string" then add(path .. "[" .. type(key) .. "]", item) end
        end
    elseif kind == "thread" then
        tell("thread", path)
        lookAtStack(path, value)
        add(path .. " hook", (debug.gethook(value)))
    elseif kind == "userdata" then
        tell("userdata", path)
    else
        tell(kind, path)
        checkText(path, value)
    end
end

--- Whether a native is left out where each is called: it would end the computer, or the walk.
local function isCallable(native)
    return native ~= "os.shutdown" and native ~= "os.reboot" and native ~= "coroutine.yield"
        and native ~= "debug.sethook" and native ~= "debug.setmetatable"
end

function walk.waitFor(event)
    while true do
        local got = table.pack(coroutine.yield())
        if got[1] == event then return unpack(got, 1, got.n) end
    end
end

--- Things that natives make.
local function make()
    for _, mode in ipairs({ "w", "wb", "a", "r", "rb", "r+", "w+" }) do
        local handle = fs.open("made", mode)
        handle.close()
        name("handle", handle)
        add("handle", handle)
    end
    local wrapped = coroutine.wrap(function() end)
    name("coroutine.wrap()", wrapped)
    add("coroutine.wrap()", wrapped)
    local nextCode = utf8.codes("a")
    name("utf8.codes()", nextCode)
    add("utf8.codes()", nextCode)
    local nextMatch = string.gmatch("a", "a")
    name("string.gmatch()", nextMatch)
    add("string.gmatch()", nextMatch)
    local nextItem = ipairs({})
    name("ipairs()", nextItem)
    add("ipairs()", nextItem)
    if http and SERVER then
        http.request(SERVER)
        local _, _, response = walk.waitFor("http_success")
        name("response", response)
        add("response", response)
        response.close()
        -- The ROM's waits by itself.
        local connect = http.websocketAsync or http.websocket
        connect((SERVER:gsub("^http", "ws")))
        local _, _, socket = walk.waitFor("websocket_success")
        name("socket", socket)
        add("socket", socket)
        socket.close()
    end
    local id = debug.upvalueid(upvalue, 1)
    add("upvalueid", id)
    add("upvalueid#", debug.getmetatable(id))
end

--- Looks at stacks from inside of natives: in what they call, in hooks and in handlers of errors.
local function lookInside()
    local natives = {}
    for body, nativeName in pairs(names) do natives[#natives + 1] = { nativeName, body } end
    table.sort(natives, function(a, b) return a[1] < b[1] end)
    for _, native in ipairs(natives) do
        local nativeName, body = native[1], native[2]
        if isCallable(nativeName) then
            local function inside() lookAtStack("in " .. nativeName) end
            local watcher, metatable = {}, {
                __index = inside, __newindex = inside, __len = function() inside() return 2 end,
                __tostring = function() inside() return "text" end, __pairs = inside, __call = inside,
                __lt = inside, __le = inside, __concat = inside, __unm = inside, __mod = inside, __eq = inside,
            }
            setmetatable(watcher, metatable)
            seen[watcher], seen[metatable] = true, true
            for _, arguments in ipairs({
                {}, { watcher }, { inside }, { { 3, 2, 1 }, inside }, { "abc", "b", inside }, { "%s", watcher },
                { "abc", "b", watcher }, { watcher, watcher }, { inside, inside }, { "made", watcher },
            }) do
                local ok, message = xpcall(body, function(problem)
                    lookAtStack("error of " .. nativeName)
                    return problem
                end, unpack(arguments))
                if not ok then
                    checkText("error of " .. nativeName, message)
                    add("error of " .. nativeName, type(message) ~= "string" and message or nil)
                end
                local thread = coroutine.create(body)
                coroutine.resume(thread, unpack(arguments))
                lookAtStack("thread of " .. nativeName, thread)
            end
        end
    end
    for _, mask in ipairs({ "c", "r", "l" }) do
        debug.sethook(function(event) lookAtStack("hook " .. event) end, mask)
        fs.exists("made")
        string.gsub("abc", "b", function(letter) return letter end)
        table.sort({ 2, 1 }, function(a, b) return a < b end)
        tostring(setmetatable({}, { __tostring = function() return "" end }))
        load(function() return nil end)
        debug.sethook()
    end
    debug.sethook(function(event) lookAtStack("hook " .. event) end, "", 1)
    fs.exists("made")
    string.gsub("ab", "b", function(letter) return letter end)
    debug.sethook()
end

--- Goes through all, and writes what it has found, in order of the alphabet.
-- @param inside whether it looks inside of natives, too, which takes its time
function walk.run(path, inside)
    add("_G", _G)
    add("registry", debug.getregistry())
    for _, value in ipairs({ "", 0, true, print or type, coroutine.running() }) do
        add(type(value) .. "#", debug.getmetatable(value))
    end
    add("nil#", debug.getmetatable(nil))
    add("running", (coroutine.running()))
    make()
    if inside then lookInside() end
    local at = 1
    while queue[at] do
        visit(queue[at][1], queue[at][2])
        at = at + 1
    end
    table.sort(found)
    local file = fs.open(path, "w")
    file.write(table.concat(found, "\n"))
    file.close()
end
