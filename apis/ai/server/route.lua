-- Requests to opencode as data: whoever sends one writes its path, its query and its body in its own world. Pure.

local M = {}

--- The texts between a text's slashes, by the few words for texts that both worlds have.
function M.namesOf(text)
	local names = {}
	local name = ""
	do
		local rest = text
		while rest ~= "" do
			local letter = string.sub(rest, 1, 1)
			if letter == "/" then
				names[#names + 1] = name
				name = ""
			else
				name = name .. letter
			end
			rest = string.sub(rest, 2)
		end
	end
	names[#names + 1] = name
	return names
end

--- The parts of "provider/model"; nothing for what is of another form.
function M.modelParts(model)
	local providerID
	local modelID
	for _, name in ipairs(M.namesOf(model or "")) do
		if providerID == nil then
			providerID = name
		else
			modelID = modelID == nil and name or modelID .. "/" .. name
		end
	end
	if providerID == nil or modelID == nil then
		return nil
	end
	return not (providerID == "" or modelID == "") and { providerID = providerID, modelID = modelID } or nil
end

--- The address of a file: each name of its path is encoded on its own, and the slashes stay.
function M.fileAddress(path, encode)
	local address = "file:/"
	for _, name in ipairs(M.namesOf(path)) do
		address = address .. "/" .. encode(name)
	end
	return address
end

--- What opencode 2 says of itself, with its version; opencode 1 answers with a web page.
function M.information()
	return { path = { "api", "info" } }
end

return M
