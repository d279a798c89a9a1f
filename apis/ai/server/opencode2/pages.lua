-- Messages of opencode 2, which come in pages of 200 at most, with cursors to those before and after.

local outcome = require("/apis/trapos/failure").outcome
local reader = require("/apis/trapos/shape").reader
local call = require("/apis/ai/server/opencode2/call").call
local routes = require("/apis/ai/server/opencode2/routes")
local answers = require("/apis/ai/server/opencode2/shapes").answers
local translate = require("/apis/ai/server/opencode2/translate")
local translateMessage, translatePage = translate.translateMessage, translate.translatePage

local M = {}
local readMessages = reader(answers.messages)
local readMessage = reader(answers.message)

--- Asks for a page, and keeps the way to what comes after its newest message.
local function askForPage(server, route)
	local page = call(server, route, { read = readMessages, isSure = true })
	local newest = page.data[1]
	local cursor = page.cursor and page.cursor.previous
	if newest and cursor ~= nil then
		local cursors = server.learned.cursors or {}
		cursors[newest.id] = cursor
		server.learned.cursors = cursors
	end
	return page
end

--- The newest messages, oldest first.
local function newest(server, sessionId, limit)
	local found = {}
	local size = math.min(limit, routes.MOST_MESSAGES)
	local page = askForPage(server, routes.getMessages(sessionId, size))
	while true do
		for _, message in ipairs(page.data) do
			found[#found + 1] = message
		end
		local next = page.cursor and page.cursor.next
		if next == nil or #page.data < size or #found >= limit then
			return translatePage(found)
		end
		size = math.min(limit - #found, routes.MOST_MESSAGES)
		page =
			call(server, routes.getMessagesAt(sessionId, size, next), { read = readMessages, isSure = true })
	end
end

--- What came after a message, oldest first; nothing where that cannot be asked for.
local function newer(server, sessionId, after)
	local cursors = server.learned.cursors or {}
	local cursor = cursors[after or ""]
	if cursor == nil then
		return nil
	end
	local route = routes.getMessagesAt(sessionId, routes.MOST_MESSAGES, cursor)
	local ok, page = outcome(function()
		return call(server, route, { read = readMessages, isSure = true })
	end)
	if not ok and page.code ~= "bad_request" then
		error(page, 0)
	end

	-- Of a page that is full it is not known which end of the rest it is.
	return ok and #page.data < routes.MOST_MESSAGES and translatePage(page.data) or nil
end

--- The newest messages of a session, oldest first.
--
-- @param limit how many; 0 for all
-- @param after the id of one that was seen: those after it are enough
function M.getMessages(server, sessionId, limit, after)
	local found = newer(server, sessionId, after)
	if found then
		return found
	end
	return newest(server, sessionId, limit == 0 and math.huge or limit)
end

--- One message of a session.
function M.getMessage(server, sessionId, id)
	return translateMessage(
		call(server, routes.getMessage(sessionId, id), { read = readMessage, isSure = true }).data
	)
end

return M
