-- What the bridge says of a job, as a table of shapes from which the types come; both ends read by it.

local M = {}

--- A job as it is told of.
M.jobShape = {
	number = "count",
	state = {
		"choice",
		"failed",
		"queued",
		"running",
		"done",
		"killed",
	},
	prompt = "text",
	computer = "name",
	seconds = "amount",
	["silence?"] = "amount",
	tools = "count",
	cost = "amount",
	["tool?"] = "message",
	["words?"] = "message",
	["asks?"] = "message",
	["reason?"] = "reason",
	["place?"] = "count",
	attempt = "count",
	isKept = "boolean",
	isCollected = "boolean",
	["sessionId?"] = "id",
	["nonce?"] = "id",
}

--- What a collected job gives: itself, and once it has ended what was written, of one that failed as much as there was.
M.collectedShape = { job = M.jobShape, ["text?"] = "text" }
return M
