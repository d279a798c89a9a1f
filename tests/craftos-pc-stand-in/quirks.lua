-- What CraftOS-PC 2.8.4 does otherwise than CC, as far as a run has to survive it. It stands before the BIOS.
do
    -- Raises where CC's gives nil and the reason (src/apis/fs.cpp).
    local open = fs.open
    function fs.open(path, ...)
        local file, why = open(path, ...)
        if not file and why == "Too many files already open" then
            error(("/%s: %s"):format(fs.combine(path), why), 0)
        end
        return file, why
    end

    -- Looks at an address later, and tells of a bad one by an event alone (src/apis/http.cpp).
    if http then
        local request = http.request
        function http.request(what, ...)
            local started, why = request(what, ...)
            if not started then
                os.queueEvent("http_failure", type(what) == "table" and what.url or what, why)
            end
            return true
        end
    end
end
