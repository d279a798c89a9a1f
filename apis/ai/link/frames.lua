-- What a computer and the bridge say to each other, as one table of shapes, from which the types come. Both ends read by
-- them, and docs/protocol.md is made from them.
--
-- A frame is one message of a websocket: JSON, UTF-8, sent as binary, since older computers take the bytes of a text for
-- Latin-1. Frames that are numbered carry a message, or a piece of one that is too large; see channel.ts. The others are
-- of the connection alone.

local jobShape = require("/apis/ai/jobs/shapes").jobShape
local answers = require("/apis/ai/protocol").answers

local M = {}

--- The version of all this. Either end names those that it speaks, and the newest that both do holds.
M.VERSION = 1

--- The most bytes of a frame. A computer takes 128 KiB at most, before CC 1.87 64 KiB.
M.LARGEST_FRAME = 32 * 1024

--- The most bytes of a message: a prompt with its files is the largest.
M.LARGEST_MESSAGE = 1024 * 1024

--- Seconds between two pings of an end that has nothing else to send.
M.PING_SECONDS = 15

--- Seconds without a frame after which a connection is dead: two pings and a half.
M.SILENCE_SECONDS = 37.5

--- What a computer begins a connection with.
local hello = {
	versions = { "list", "count" },
	computer = "count",
	boot = "id",
	["label?"] = "name",
	["width?"] = "count",
	["height?"] = "count",
	["capabilities?"] = { "some", "name" },
	["cursor?"] = { channel = "id", received = "count" },
}

--- What the bridge answers.
local welcome = {
	version = "count",
	resume = { "choice", "gap", "ok" },
	channel = "id",
	received = "count",
	name = "name",
	owner = "name",
	profile = "name",
	bridge = "name",
	["opencode?"] = "name",
}

--- Why a connection ends.
local bye = { code = "name", ["message?"] = "message" }

--- What a frame can be: each is present in a frame of its kind.
M.frame = {
	["hello?"] = hello,
	["welcome?"] = welcome,
	["bye?"] = bye,
	["ping?"] = "boolean",
	["pong?"] = "boolean",
	["acknowledge?"] = "count",
	["sequence?"] = "count",
	["message?"] = "any",
	["piece?"] = "text",
	["more?"] = "boolean",
}

--- Whether live text is wanted, of what is said and of what is thought.
local wanted = { ["text?"] = "boolean", ["reasoning?"] = "boolean" }
local serverFile = { path = "text", absolute = "text" }

--- What a computer says, by its `type`.
M.fromComputer = {
	call = { type = "name", id = "id", name = "name", ["arguments?"] = "any" },
	prompt = {
		type = "name",
		nonce = "id",
		sessionId = "id",
		text = "text",
		["model?"] = "text",
		["agent?"] = "text",
		["variant?"] = "text",
		["system?"] = "text",
		["attachments?"] = { "list", "text" },
		["files?"] = { "list", serverFile },
		idleTimeout = "count",
		wanted = wanted,
	},
	follow = {
		type = "name",
		nonce = "id",
		sessionId = "id",
		idleTimeout = "count",
		wanted = wanted,
	},
	leave = { type = "name", nonce = "id" },
	decision = {
		type = "name",
		nonce = "id",
		id = "id",
		what = { "choice", "gone", "permission", "question" },
		["reply?"] = { "choice", "reject", "once", "always" },
		["message?"] = "text",
		["answers?"] = { "list", { "list", "text" } },
	},
	screen = { type = "name", ["rows?"] = { "list", { "list", "text" } } },
}
local toolCall = {
	tool = "name",
	["title?"] = "message",
	status = { "choice", "running", "completed", "error" },
	["seconds?"] = "amount",
	["files?"] = { "list", "text" },
	["message?"] = "reason",
	["exit?"] = "count",
}
local progress = {
	phase = "name",
	seconds = "amount",
	["tool?"] = "name",
	["title?"] = "message",
	["message?"] = "message",
	["tokens?"] = "count",
	["nextIn?"] = "amount",
}
local permissionAsk = {
	id = "id",
	sessionId = "id",
	kind = "name",
	patterns = { "list", "long" },
	always = { "list", "long" },
	["command?"] = "long",
	["filepath?"] = "long",
	["diff?"] = "long",
	["url?"] = "long",
	["description?"] = "long",
}
local questionAsk = {
	id = "id",
	sessionId = "id",
	questions = {
		"list",
		{
			question = "long",
			["header?"] = "name",
			options = { "list", { label = "text", ["description?"] = "long" } },
			multiple = "boolean",
			custom = "boolean",
		},
	},
}

--- A failure that is none of the turn's own, as a request's.
local cause = { code = "name", ["message?"] = "message" }

--- What the bridge says, by its `type`.
M.fromBridge = {
	result = { type = "name", id = "id", ["value?"] = "any" },
	failure = { type = "name", id = "id", code = "name", ["detail?"] = { "record", "message" } },
	sent = { type = "name", nonce = "id", sentAt = "time", ["baselineId?"] = "id" },
	text = {
		type = "name",
		nonce = "id",
		kind = { "choice", "text", "reasoning" },
		part = "id",
		at = "count",
		text = "text",
	},
	tool = { type = "name", nonce = "id", call = toolCall },
	progress = { type = "name", nonce = "id", progress = progress },
	permission = { type = "name", nonce = "id", ask = permissionAsk },
	question = { type = "name", nonce = "id", ask = questionAsk },
	settled = { type = "name", nonce = "id", id = "id" },
	done = { type = "name", nonce = "id", sentAt = "time", steps = answers.messages },
	failed = {
		type = "name",
		nonce = "id",
		code = "name",
		["detail?"] = { "record", "message" },
		["text?"] = "text",
		["pending?"] = "boolean",
		["cause?"] = cause,
	},
	job = { type = "name", what = { "choice", "ended", "asks" }, job = jobShape },
	watch = { type = "name", seconds = "amount" },
}

--- What a request that polls is answered with, where websockets are off.
M.pollAnswer = { frames = { "list", "any" }, ["closed?"] = "boolean" }

--- What a computer that is to be linked sends and gets, over HTTP.
M.pairingRequests = { offer = { computer = "count", ["label?"] = "name" }, state = { secret = "id" } }
M.pairingAnswers = {
	offer = { code = "id", secret = "id", seconds = "count" },
	state = { ["token?"] = "id", ["name?"] = "name", ["owner?"] = "name", ["profile?"] = "name" },
	refusal = { code = "name", message = "message" },
}
return M
