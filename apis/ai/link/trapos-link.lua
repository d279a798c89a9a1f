-- Holds the link to the bridge beside the shell, from boot on.

local holdLink = require("/apis/ai/link/service").holdLink
local createLink = require("/apis/ai/link/state").createLink

holdLink(createLink())
