--- What the messages of a session tell of a turn.
local M={}

function M.isAnswer(m) return m.info.role=="assistant" and m.info.summary~=true end

function M.isComplete(m) return m~=nil and m.info.time.completed~=nil end

function M.looksFinal(m)
	local i=m.info
	return M.isAnswer(m) and (i.error~=nil or (i.finish or "tool-calls")~="tool-calls")
end

function M.carriesNonce(m,n)
	for _,p in ipairs(m.parts) do
		if p.metadata and p.metadata.nonce==n then return true end
	end
	return m.info.id==n
end

function M.activeTools(m)
	local a={}
	for _,p in ipairs(m and m.parts or {}) do
		local s=p.state and p.state.status
		if s=="running" or s=="pending" then a[#a+1]=p end
	end
	return a
end

function M.textOf(m)
	local t={}
	for _,me in ipairs(m) do
		for _,p in ipairs(me.parts) do
			if p.type=="text" and p.synthetic~=true and (p.text or "")~="" then t[#t+1]=p.text end
		end
	end
	return table.concat(t,"\n\n")
end

local function isMadeByServer(m)
	for _,p in ipairs(m.parts) do
		if p.synthetic~=true and p.type~="compaction" then return false end
	end
	return #m.parts>0
end

local function isHandedOver(s)
	for _,p in ipairs(s.parts) do
		if p.state and p.state.status=="error" then return false end
	end
	return M.isComplete(s) and s.info.finish=="tool-calls"
end

function M.turnIn(p,m)
	local n=p.nonce
	local pr={}
	pr[n]=true
	local u=p.userMessageId
	if u then pr[u]=true end
	local i=false
	local is=false
	local c,h
	local s={}
	local o={}
	for _,me in ipairs(m) do
		local inf=me.info
		if M.isAnswer(me) then
			local pa=inf.parentID or c or ""
			if inf.id==n or pr[pa] then
				i=true
				s[#s+1]=me
			elseif i then
				h=h or pa
				if pa==h then o[#o+1]=me end
			end
		elseif inf.role=="user" then
			if M.carriesNonce(me,n) or inf.id==u then
				i=true
				is=true
				u=inf.id
				pr[inf.id]=true
			elseif c and pr[c] and isMadeByServer(me) then
				pr[inf.id]=true
			end
			c=inf.id
		end
	end
	local l=s[#s]
	local isF=#o>0
	if l and not (isF and isHandedOver(l)) then
		return {isFound=i,isWhole=is,isFollowed=isF,userMessageId=u,steps=s}
	end
	for _,me in ipairs(o) do s[#s+1]=me end
	return {isFound=i,isWhole=is,isFollowed=false,userMessageId=u,steps=s}
end

function M.newestTurn(m,i)
	do
		local ind=#m-1
		while ind>=0 do
			local p=m[ind+1]
			if p.info.role=="user" and not isMadeByServer(p) then
				local s=M.turnIn({nonce=p.info.id},m).steps
				if i({prompt=p,steps=s}) then return {prompt=p,steps=s} end
			end
			ind=ind-1
		end
	end
	return nil
end

function M.nonceOf(p)
	for _,pa in ipairs(p.parts) do
		if pa.metadata and pa.metadata.nonce then return pa.metadata.nonce end
	end
	return nil
end

return M
