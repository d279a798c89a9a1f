-- The events by which programs and the link talk on one computer, and what the link says of itself.

local M = {}

--- A program hands a message over: the message.
M.SEND = "trapos_link_send"

--- The bridge has said something: the message.
M.MESSAGE = "trapos_link_message"

--- A program wants to know what the link is at: a name of its own, which STATE has as well when it answers that.
M.ASK = "trapos_link_ask"

--- What the link is at: a LinkState, and whom that answers. Comes by itself, too, when it changes.
M.STATE = "trapos_link_state"

--- Waits in vain for STATE when it comes for the second time.
M.NOBODY = "trapos_link_nobody"
return M
