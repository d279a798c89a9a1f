-- Holds the link to the bridge beside the shell, from boot on, and does what the bridge says of itself.

local keepTelling = require("/apis/ai/jobs/notices").keepTelling
local keepShowing = require("/apis/ai/link/screen").keepShowing
local holdLink = require("/apis/ai/link/service").holdLink
local createLink = require("/apis/ai/link/state").createLink

parallel.waitForAny(function()
	holdLink(createLink())
end, keepTelling, keepShowing)
