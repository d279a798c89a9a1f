-- Every way in which a call can go wrong: its code, what happened and what to do next. One table, so that the
-- programs, the documentation and whoever diagnoses a computer read the same words.

local M = {}

--- Messages and hints by code; `{name}` stands for a detail of the case.
M.failures = {
	http_disabled = {
		"The HTTP API is switched off here.",
		"In computercraft-server.toml: [http] enabled = true",
	},
	address_denied = {
		"ComputerCraft forbids {url} (Domain not permitted).",
		"In computercraft-server.toml, above $private:\n"
			.. '[[http.rules]]\nhost = "{host}"\nport = {port}\naction = "allow"\n'
			.. "Then restart the Minecraft server.",
	},
	cannot_connect = {
		"Nothing answers at {url} ({what}).",
		"Start opencode serve, or say where it is: ai setup",
	},
	timed_out = { "{url} did not answer in time.", "Look at the server, then try again." },
	network_error = { "The request to {url} failed: {what}.", "Try again; look at opencc.server_url." },
	reply_too_large = {
		"The answer is too large for ComputerCraft.",
		"The server keeps it; ask for a shorter one.",
	},
	not_opencode = {
		"{url} answers, but is not an opencode server.",
		"Type the address that opencode serve prints: ai setup",
	},
	opencode_2 = {
		"This is opencode 2; the package that speaks it is not installed.",
		"Install it: ccpm install trapos-opencode2",
	},
	other_opencode = {
		"The server runs opencode {version} now, another kind than before.",
		"What was asked of the other one is lost. Ask again.",
	},
	not_in_opencode_2 = { "opencode 2 cannot do that: {what}.", "See what it can: docs/opencode.md" },
	unauthorized = {
		"The opencode server refuses user and password.",
		"Its OPENCODE_SERVER_PASSWORD: ai config password",
	},
	not_linked = { "This computer is linked with no bridge.", "Link it: ai link <address>" },
	not_bridge = {
		"{url} answers, but is no bridge of TrapOS AI.",
		"Type the address that the bridge prints: ai link <address>",
	},
	link_down = {
		"The bridge at {url} cannot be reached ({what}).",
		"Is it running? Look at it, then try again. See: ai doctor",
	},
	link_disabled = {
		"Websockets are switched off on this server.",
		"In computercraft-server.toml: [http] websocket_enabled = true",
	},
	link_unknown = { "The bridge does not know this computer.", "Link it again: ai link {url}" },
	link_revoked = { "The bridge's owner has ended this computer's link.", "Link it again: ai link {url}" },
	link_used_twice = {
		"Another computer uses this computer's link.",
		"Each needs one of its own: ai link {url}",
	},
	link_computer_old = {
		"The bridge is newer than this computer's TrapOS AI.",
		"Upgrade it here: ccpm upgrade",
	},
	link_bridge_old = { "The bridge is older than this computer's TrapOS AI.", "Upgrade the bridge." },
	link_protocol = {
		"The bridge and this computer did not understand each other ({what}).",
		"Try again. Stays it so: ccpm upgrade, and report this.",
	},
	link_missing = { "The package trapos-link is not installed.", "Install it: ccpm install trapos-link" },
	forbidden = { "The bridge does not allow that here: {what}", "Its owner chooses what is allowed." },
	limit_reached = { "{what}.", "The bridge's owner sets the limits: ai status" },
	away = { "opencode is away: {what}", "The bridge starts it again. Try again in a moment." },
	code_expired = { "The code has expired, nobody approved it.", "Link it again: ai link {url}" },
	bad_setting = { "The setting {name} {what}.", "For example: ai config {name} {example}" },
	unknown_setting = { "There is no setting {name}.", "There are:{known}. See: ai config" },
	settings_not_saved = {
		"The settings cannot be saved: the disk is full.",
		"They stay as they were. Delete some files, then try again.",
	},
	left = { "Nothing was changed.", "To start again: ai setup" },
	nobody_answers = {
		"ai setup asks questions, and nobody is there to answer.",
		"Set them one by one: ai config server_url <url>",
	},
	not_mended = { "Still not as it was installed: {path}", "Why not, tells: ccpm verify --fix" },
	bad_command_line = { "{what}.", "See: ai help" },
	asks_first = {
		"ai {command} asks before it does that, and nobody is there to ask.",
		"Say it on the command line: ai --yes {command}",
	},
	perhaps_command = {
		"{written} is no command. Did you mean: ai {perhaps}?",
		"To ask the model for it: ai ask {written}",
	},
	bad_argument = { "{what}.", "See: ai help, or docs/libai.md of TrapOS AI." },
	not_found = { "The server says: {what}", "See: ai sessions" },
	server_config = { "opencode cannot read its configuration: {what}", "Mend that file on the server." },
	server_error = { "opencode failed (HTTP {status}): {what}", "Look at the server's log, then try again." },
	no_session = { "This computer has no session yet.", "Ask something: ai <prompt>" },
	session_gone = { "The server has no session {session}.", "See: ai sessions. Start another: ai new" },
	session_busy = {
		"This session has been busy for {seconds} s{what}.",
		"Wait (ai resume), stop it (ai abort) or use: ai new",
	},
	works_now = { "The session works on something now.", "Wait (ai resume), or stop it: ai abort" },
	unknown_model = { "opencode has no model {wanted}.", "It has:{known}. Choose one with --model" },
	unknown_variant = { "The model has no variant {wanted}.", "It has:{known}. See: ai variants" },
	unknown_command = {
		"opencode has no command /{wanted}.",
		"It has:{known}. To ask it: ai ask /{wanted} ...",
	},
	no_model = { "opencode does not say which model it would ask.", "Choose one: ai model <name>" },
	not_shared = { "opencode has not shared the session.", 'See "share" in its configuration, or its log.' },
	file_unread = {
		"{path} cannot be sent along: {what}",
		"Name a text file of this computer: ai -f <file> <prompt>",
	},
	files_too_large = {
		"With {path} the files are more than {most} kB.",
		"Send fewer, or the part that matters.",
	},
	not_structured = {
		"The answer is not of the form that was asked for: {what}",
		"Ask again, or for something simpler.",
	},
	not_written = {
		"{path} could not be written: {what}",
		"Nothing was changed. Free some room, or choose another file.",
	},
	nothing_to_undo = { "There is nothing to undo in this session.", "See: ai history" },
	nothing_to_redo = { "Nothing was undone that could come back.", "See: ai history" },
	unknown_agent = { "opencode has no agent {wanted}.", "It has:{known}. Choose one with --agent" },
	bad_request = { "opencode refuses the request: {what}", "Look at the server's log, or report this." },
	never_started = {
		"opencode took the prompt and never started{why}.",
		"Look at the server's log, or try: ai new",
	},
	slow_start = {
		"opencode has not started the prompt for {seconds} s.",
		"It may still come: ai resume. Look at the server's log.",
	},
	server_stuck = {
		"opencode can start no turn any more ({route} fails).",
		"Restart opencode on the server, then ask again.",
	},
	restarted = { "The server was restarted before the answer began.", "Ask again." },
	request_fails = { "{route} fails: {what}", "Look at the server's log, then: ai resume" },
	still_starting = {
		"opencode is still starting the turn; to stop it now would break opencode.",
		"Try again in a moment: ai abort",
	},
	model_error = {
		"The model failed{status}: {what}",
		"Look at the server, or ask another: ai --model <id>",
	},
	no_progress = {
		"Nothing happened for {seconds} s; the model hangs.",
		"Look again: ai resume. Stop it: ai abort",
	},
	waiting_for_permission = {
		"opencode waits for a permission: {what}",
		"Answer it: ai status. Then: ai resume",
	},
	ask_gone = {
		"Nothing waits for that answer: it was given, or the turn is over.",
		"See what is open: ai status",
	},
	not_stopped = { "opencode did not stop the turn.", "Try again: ai abort. Else restart opencode." },
	permission_unlisted = {
		"A permission waits that opencode cannot list: {what}",
		"Type ai abort, then restart opencode or allow that tool there.",
	},
	waiting_for_question = { "opencode asks: {what}", "Answer it: ai status. Then: ai resume" },
	interrupted = { "The turn was interrupted: the server was restarted.", "Ask again." },
	aborted = { "The turn was stopped.", "Ask again." },
	stopped_at_tool = {
		"The turn ended at a tool call that was refused.",
		"Ask again, or allow that tool on the server.",
	},
	empty_reply = { "The model sent an empty reply.", "Ask again in other words." },
	empty_prompt = { "There is nothing to ask.", "Type: ai <prompt>" },
	not_sent = { "The prompt never reached the server.", "Ask again." },
	internal_error = { "Unexpected: {what}", "Report this. Have files changed? ccpm verify tells." },
	nothing_to_resume = { "There is no answer to fetch.", "Ask something: ai <prompt>" },
	no_blocks = { "There is no code in the last answer.", "See it: ai last" },
	no_such_block = { "There is no block {number} in the last answer.", "It has {most}. See: ai code" },
	which_block = {
		"The last answer has {most} blocks of code.",
		"Name one: ai save 1 <file>, ai run 1. See: ai code",
	},
	program_failed = { "The program failed.", "See above. Have it corrected: ai <what went wrong>" },
	not_read = { "{path} could not be read: {what}", "See what there is: list" },
	no_file = { "The answer has no file in it.", "Ask again, in other words." },
	no_code = { "The model's answer has no Lua in it.", "Ask again, for a Lua program." },
	not_approved = { "The code was not approved, and not run.", "Ask again in other words." },
	not_allowed = { "The code wants to {does}: {what}.", "Allow it: ai lua --allow {group} <request>" },
	lua_failed = { "The code failed: {what}", "Ask again, and say what went wrong." },
	lua_timed_out = {
		"The code was stopped after {seconds} s.",
		"Give it longer: set opencc.lua_exec_timeout_seconds <seconds>",
	},
}
return M
