-- A prompt as opencode 1 takes it.

local percentEncode = require("/apis/trapos/utf8").percentEncode

local M = {}

--- A model as requests name it: {providerID, modelID}; nothing for what is no "provider/model".
function M.modelIn(model)
	local providerID, modelID = string.match(model or "", "^([^/]+)/(.+)$")
	if providerID == nil then
		return nil
	end
	return { providerID = providerID, modelID = modelID }
end

--- A file of the server as a part of a prompt: opencode reads it and puts what it says beside the prompt (1.18.33).
local function partOfFile(file)
	-- Each name of the path on its own: the slashes stay.
	local path = string.gsub(file.absolute, "[^/]+", percentEncode)
	return { type = "file", mime = "text/plain", url = "file://" .. path, filename = file.path }
end

--- The body of a prompt's request. It carries no messageID, which makes servers up to 1.18.14 loop and all of them
-- ignore an id that was used before; the nonce in the first part's metadata marks it instead. What is attached is
-- "synthetic", as all is that nobody has typed.
function M.bodyOfPrompt(prompt)
	local parts = { { type = "text", text = prompt.text, metadata = { nonce = prompt.nonce } } }
	for _, text in ipairs(prompt.attachments or {}) do
		table.insert(parts, { type = "text", text = text, synthetic = true })
	end
	for _, file in ipairs(prompt.files or {}) do
		table.insert(parts, partOfFile(file))
	end
	return {
		parts = parts,
		agent = prompt.agent,
		variant = prompt.variant,
		system = prompt.system,
		model = M.modelIn(prompt.model),
	}
end

return M
