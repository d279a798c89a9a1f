--- SHA-256 as FIPS 180-4 defines it, fast enough for the files of programs.
local M = {}
local bits = _G.bit32
local band = bits.band
local bxor = bits.bxor
local rrotate = bits.rrotate
local rshift = bits.rshift
local WORD = 4294967296
local BLOCKS_WITHOUT_YIELD = 1024
local YIELD = "ccpm_sha256"
local initial = {}
local constants = {}
local primes = 0
local candidate = 2
while primes < 64 do
	local prime = true
	for divisor = 2, math.sqrt(candidate) do prime = prime and candidate % divisor > 0 end
	if prime then
		primes = primes + 1
		initial[primes] = math.floor(candidate ^ (1 / 2) % 1 * WORD)
		constants[primes] = math.floor(candidate ^ (1 / 3) % 1 * WORD)
	end
	candidate = candidate + 1
end
local blocksWithoutYield = 0

function M.sha256(bytes)
	local length = ""
	for place = 7, 0, -1 do length = length .. string.char(math.floor(#bytes * 8 / 256 ^ place) % 256) end
	local padded = bytes .. string.char(128) .. string.rep("\0", (55 - #bytes) % 64) .. length
	local hash = {}
	for index = 1, 8 do hash[index] = initial[index] end
	local words = {}
	for at = 1, #padded, 64 do
		blocksWithoutYield = blocksWithoutYield + 1
		if blocksWithoutYield >= BLOCKS_WITHOUT_YIELD then
			blocksWithoutYield = 0
			os.queueEvent(YIELD)
			os.pullEvent(YIELD)
		end
		for index = 1, 16 do
			local a, b, c, d = padded:byte(at + index * 4 - 4, at + index * 4 - 1)
			words[index] = ((a * 256 + b) * 256 + c) * 256 + d
		end
		for index = 17, 64 do
			local early = words[index - 15]
			local late = words[index - 2]
			local mixed = bxor(rrotate(early, 7), rrotate(early, 18), rshift(early, 3))
			local other = bxor(rrotate(late, 17), rrotate(late, 19), rshift(late, 10))
			words[index] = (words[index - 16] + mixed + words[index - 7] + other) % WORD
		end
		local a, b, c, d, e, f, g, h = unpack(hash)
		for index = 1, 64 do
			local chosen = bxor(g, band(e, bxor(f, g)))
			local majority = band(a, b) + band(c, bxor(a, b))
			local first = h + bxor(rrotate(e, 6), rrotate(e, 11), rrotate(e, 25)) + chosen + constants[index]
				+ words[index]
			local second = bxor(rrotate(a, 2), rrotate(a, 13), rrotate(a, 22)) + majority
			h = g
			g = f
			f = e
			e = (d + first) % WORD
			d = c
			c = b
			b = a
			a = (first + second) % WORD
		end
		for index, value in ipairs({a, b, c, d, e, f, g, h}) do hash[index] = (hash[index] + value) % WORD end
	end
	return string.rep("%08x", 8):format(unpack(hash))
end

return M
