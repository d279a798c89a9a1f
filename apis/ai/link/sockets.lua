-- A connection over a websocket.

local decode = require("/apis/trapos/json").decode

local M = {}

--- Opens a websocket to the bridge. Raises CC's reason where websockets are off.
function M.openSocket(destination, listener)
	local address = string.gsub(destination.address, "^http", "ws")
	local url = address .. "/link?connection=" .. destination.connection
	local open = http.websocketAsync
	open({
		url = url,
		headers = { Authorization = "Bearer " .. destination.token },
		timeout = destination.seconds,
	})
	local socket
	return {
		send = function(text)
			socket.send(text, true)
		end,
		handle = function(event, first, second)
			if first ~= url then
				return false
			end
			if event == "websocket_success" then
				socket = second
				listener.opened()
			elseif event == "websocket_message" then
				listener.heard(decode(second))
			elseif event == "websocket_failure" then
				listener.ended(tostring(second))
			elseif event == "websocket_closed" then
				listener.ended(second == nil and "closed" or tostring(second))
			end
			return true
		end,
		close = function()
			local given = socket
			socket = nil
			if given ~= nil then
				pcall(function()
					return given.close()
				end)
			end
		end,
	}
end

return M
