-- SHA-256 as FIPS 180-4 defines it, fast enough for the files of programs.

local M = {}
local bits = _G["bit32"]
local band = bits.band
local bxor = bits.bxor
local rrotate = bits.rrotate
local rshift = bits.rshift

--- Words are whole numbers below this.
local WORD = 4294967296

--- Blocks of 64 bytes between two yields: 64 KiB.
local BLOCKS_WITHOUT_YIELD = 1024
local YIELD = "ccpm_sha256"

--- The first 32 bits of the fractional parts of the square and cube roots of the first 64 primes, counted from 1. Of the
-- square roots eight are used.
local squareRoots = {}
local cubeRoots = {}
for candidate = 2, 311 do
	local prime = true
	for divisor = 2, math.sqrt(candidate) do
		prime = prime and candidate % divisor > 0
	end
	if prime then
		local place = #cubeRoots + 1
		squareRoots[place] = math.floor(math.sqrt(candidate) % 1 * WORD)
		cubeRoots[place] = math.floor(candidate ^ (1 / 3) % 1 * WORD)
	end
end
local blocks = 0

--- Hashes a byte string. Once in 64 KiB, over all calls, it yields with an event of its own, so that a long content
-- (or many) is not "too long without yielding"; other events that come meanwhile are dropped, as by os.pullEvent.
--
-- @param bytes the content
-- @returns 64 hexadecimal digits in lower case
function M.sha256(bytes)
	-- The length in bits, which ends it, is put in as a word: no content on a computer is 512 MiB long.
	local padded = bytes .. string.char(128) .. string.rep("\0", (55 - #bytes) % 64 + 8)
	local hash = { unpack(squareRoots, 1, 8) }
	local words = {}
	for at = 1, #padded, 64 do
		blocks = blocks + 1
		if blocks % BLOCKS_WITHOUT_YIELD == 0 then
			os.queueEvent(YIELD)
			os.pullEvent(YIELD)
		end
		for index = 1, 16 do
			local a, b, c, d = string.byte(padded, at + index * 4 - 4, at + index * 4 - 1)
			words[index] = ((a * 256 + b) * 256 + c) * 256 + d
		end
		if at + 63 == #padded then
			words[16] = #bytes * 8
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
			local first = h
				+ bxor(rrotate(e, 6), rrotate(e, 11), rrotate(e, 25))
				+ bxor(g, band(e, bxor(f, g)))
				+ cubeRoots[index]
				+ words[index]
			local second = bxor(rrotate(a, 2), rrotate(a, 13), rrotate(a, 22))
				+ band(a, b)
				+ band(c, bxor(a, b))
			a, b, c, d, e, f, g, h = (first + second) % WORD, a, b, c, (d + first) % WORD, e, f, g
		end
		for index, value in ipairs({
			a,
			b,
			c,
			d,
			e,
			f,
			g,
			h,
		}) do
			hash[index] = (hash[index] + value) % WORD
		end
	end
	return string.format(string.rep("%08x", 8), unpack(hash))
end

return M
