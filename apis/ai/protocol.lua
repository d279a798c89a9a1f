--- What opencode's server sends, as far as this client reads it (opencode 1.18.33.
local M={}
local part={
	type="name",
	["text?"]="text",
	["synthetic?"]="boolean",
	["metadata?"]={["nonce?"]="text"},
	["tool?"]="name",
	["callID?"]="text",
	["state?"]={
		status="name",
		["title?"]="message",
		["input?"]={["description?"]="message",["command?"]="message"},
		["metadata?"]={["sessionId?"]="id"}
	}
}
local messageError={
	name={"either","name","no reason given"},
	["data?"]={["message?"]="reason",["statusCode?"]="status"}
}
local messageInfo={
	id="id",
	role="name",
	time={created="time",["completed?"]="time"},
	["parentID?"]="id",
	["finish?"]="name",
	["error?"]=messageError,
	["summary?"]="boolean",
	["agent?"]="name",
	["model?"]={providerID="text",modelID="text"},
	["providerID?"]="name",
	["modelID?"]="name",
	["cost?"]="amount",
	["tokens?"]={input="count",output="count",["reasoning?"]="count"}
}
local message={info=messageInfo,parts={"some",part}}
local session={
	id="id",
	title="name",
	["parentID?"]="id",
	time={created="time",updated="time"},
	directory="folder"
}
local sessionStatus={
	type={"choice","busy","retry","idle"},
	["attempt?"]="count",
	["message?"]="reason",
	["next?"]="time"
}
local caller={["messageID?"]="id",["callID?"]="text"}
local permission={
	id="id",
	sessionID="id",
	permission={"either","name","a tool"},
	["patterns?"]={"some","message"},
	["tool?"]=caller
}
local question={id="id",sessionID="id",questions={"some",{question="message"}},["tool?"]=caller}
local provider={id="text",models={"record","present"}}
local agent={name="text",["mode?"]="name",["hidden?"]="boolean"}
local refusal={
	["name?"]="name",
	["_tag?"]="name",
	["message?"]="reason",
	["data?"]={["message?"]="reason",["path?"]="message",["kind?"]="name"}
}
M.lists={
	status={"record",sessionStatus},
	permissions={"some",permission},
	questions={"some",question},
	providers={providers={"some",provider}},
	agents={"some",agent}
}
M.answers={
	health={version="name"},
	session=session,
	sessions={"some",session},
	message=message,
	messages={"list",message},
	refusal=refusal
}
M.response={headers={"record","text"},body="text",["status?"]="status",["reason?"]="message"}
return M
