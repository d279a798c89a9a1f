-- SHA-256 as one writes it first, from the words of FIPS 180-4: every operation on bits by arithmetic on numbers.

local function bitwise(one, other, rule)
    local result, bit = 0, 1
    for _ = 1, 32 do
        if rule(one % 2, other % 2) then result = result + bit end
        one, other, bit = math.floor(one / 2), math.floor(other / 2), bit * 2
    end
    return result
end

local function xor(one, other) return bitwise(one, other, function(a, b) return a ~= b end) end
local function both(one, other) return bitwise(one, other, function(a, b) return a + b == 2 end) end
local function inverse(one) return 2 ^ 32 - 1 - one end
local function shift(word, bits) return math.floor(word / 2 ^ bits) end
local function rotate(word, bits) return shift(word, bits) + word % 2 ^ bits * 2 ^ (32 - bits) end

local first, k, candidate = {}, {}, 2
while #k < 64 do
    local isPrime = true
    for divisor = 2, candidate - 1 do isPrime = isPrime and candidate % divisor ~= 0 end
    if isPrime then
        first[#first + 1] = math.floor(candidate ^ (1 / 2) % 1 * 2 ^ 32)
        k[#k + 1] = math.floor(candidate ^ (1 / 3) % 1 * 2 ^ 32)
    end
    candidate = candidate + 1
end

return function(bytes)
    local length = #bytes * 8
    bytes = bytes .. "\128" .. ("\0"):rep((55 - #bytes) % 64)
    for place = 7, 0, -1 do bytes = bytes .. string.char(math.floor(length / 256 ^ place) % 256) end
    local hash = { table.unpack(first, 1, 8) }
    for block = 1, #bytes, 64 do
        -- Longer than this a computer does not let a program go on.
        if block % 1024 == 1 then sleep(0) end
        local w = {}
        for i = 1, 16 do
            local a, b, c, d = bytes:byte(block + i * 4 - 4, block + i * 4 - 1)
            w[i] = ((a * 256 + b) * 256 + c) * 256 + d
        end
        for i = 17, 64 do
            local s0 = xor(xor(rotate(w[i - 15], 7), rotate(w[i - 15], 18)), shift(w[i - 15], 3))
            local s1 = xor(xor(rotate(w[i - 2], 17), rotate(w[i - 2], 19)), shift(w[i - 2], 10))
            w[i] = (w[i - 16] + s0 + w[i - 7] + s1) % 2 ^ 32
        end
        local a, b, c, d, e, f, g, h = table.unpack(hash)
        for i = 1, 64 do
            local s1 = xor(xor(rotate(e, 6), rotate(e, 11)), rotate(e, 25))
            local choice = xor(both(e, f), both(inverse(e), g))
            local t1 = h + s1 + choice + k[i] + w[i]
            local s0 = xor(xor(rotate(a, 2), rotate(a, 13)), rotate(a, 22))
            local majority = xor(xor(both(a, b), both(a, c)), both(b, c))
            a, b, c, d, e, f, g, h = (t1 + s0 + majority) % 2 ^ 32, a, b, c, (d + t1) % 2 ^ 32, e, f, g
        end
        for i, value in ipairs({ a, b, c, d, e, f, g, h }) do hash[i] = (hash[i] + value) % 2 ^ 32 end
    end
    return ("%08x"):rep(8):format(table.unpack(hash))
end
