--- SHA-256 as FIPS 180-4 defines it, fast enough for the files of programs.
local M={}
local bits=_G.bit32
local band=bits.band
local bxor=bits.bxor
local rrotate=bits.rrotate
local rshift=bits.rshift
local WORD=4294967296
local BLOCKS_WITHOUT_YIELD=1024
local YIELD="ccpm_sha256"
local squareRoots={}
local cubeRoots={}
for c=2,311 do
	local p=true
	for d=2,math.sqrt(c) do p=p and c%d>0 end
	if p then
		local pl=#cubeRoots+1
		squareRoots[pl]=math.floor(math.sqrt(c)%1*WORD)
		cubeRoots[pl]=math.floor(c^(1/3)%1*WORD)
	end
end
local blocks=0

function M.sha256(b)
	local p=b..string.char(128)..string.rep("\0",(55-#b)%64+8)
	local h={unpack(squareRoots,1,8)}
	local w={}
	for a=1,#p,64 do
		blocks=blocks+1
		if blocks%BLOCKS_WITHOUT_YIELD==0 then
			os.queueEvent(YIELD)
			os.pullEvent(YIELD)
		end
		for i=1,16 do
			local a2,b2,c,d=p:byte(a+i*4-4,a+i*4-1)
			w[i]=((a2*256+b2)*256+c)*256+d
		end
		if a+63==#p then w[16]=#b*8 end
		for i=17,64 do
			local e=w[i-15]
			local l=w[i-2]
			local m=bxor(rrotate(e,7),rrotate(e,18),rshift(e,3))
			local o=bxor(rrotate(l,17),rrotate(l,19),rshift(l,10))
			w[i]=(w[i-16]+m+w[i-7]+o)%WORD
		end
		local a2,b2,c,d,e,f,g,h2=unpack(h)
		for i=1,64 do
			local fi=h2+bxor(rrotate(e,6),rrotate(e,11),rrotate(e,25))+bxor(g,band(e,bxor(f,g)))+cubeRoots[i]
				+w[i]
			local s=bxor(rrotate(a2,2),rrotate(a2,13),rrotate(a2,22))+band(a2,b2)+band(c,bxor(a2,b2))
			a2,b2,c,d,e,f,g,h2=(fi+s)%WORD,a2,b2,c,(d+fi)%WORD,e,f,g
		end
		for i,v in ipairs({a2,b2,c,d,e,f,g,h2}) do h[i]=(h[i]+v)%WORD end
	end
	return string.rep("%08x",8):format(unpack(h))
end

return M
