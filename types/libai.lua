---@meta

--- The functions that `require("/apis/libai")()` returns.
---@class libai.Ai
local Ai = {}

--- Sends a prompt and waits for its answer. Fails with `session_busy` when another turn runs in the session.
---@param prompt string
---@param options? libai.AskOptions
---@return boolean
---@return libai.Reply|libai.Failure
function Ai.ask(prompt, options) end

--- Asks the model for a "pong": the whole way there and back.
---@param options? libai.AskOptions
---@return boolean
---@return libai.Reply|libai.Failure
function Ai.ping(options) end

--- Asks the server alone, without a model, for its version.
---@return boolean
---@return { version: string, seconds: number }|libai.Failure
function Ai.health() end

--- The sessions on the server, newest first.
---@param options? { limit?: number, search?: string }
---@return boolean
---@return libai.SessionSummary[]|libai.Failure
function Ai.listSessions(options) end

--- Makes a session and talks in it from now on.
---@param options? { title?: string }
---@return boolean
---@return libai.SessionSummary|libai.Failure
function Ai.newSession(options) end

--- Talks in this session from now on.
---@param id string
---@return boolean
---@return libai.SessionSummary|libai.Failure
function Ai.useSession(id) end

--- The id of the session that this computer talks in, or nil.
---@return boolean
---@return string|libai.Failure|nil
function Ai.currentSession() end

--- Talks in no session any more: the next prompt makes one.
---@return boolean
---@return libai.Failure|nil
function Ai.clearSession() end

--- Stops what runs in the session (else the current one); the value tells whether anything did. Fails with
--- `still_starting` where a turn cannot be stopped yet.
---@param session? string
---@param options? libai.WaitOptions
---@return boolean
---@return boolean|libai.Failure
function Ai.abort(session, options) end

--- Fetches the oldest answer that nobody has seen, as after a power cut, or else the session's last one.
---@param options? libai.WaitOptions
---@return boolean
---@return libai.Reply|libai.Failure
function Ai.resume(options) end

--- Fetches the last answer of the session that this computer talks in.
---@return boolean
---@return libai.Reply|libai.Failure
function Ai.last() end

--- Examines the way to the model, thing by thing, and changes nothing. No check takes longer than a request may. The
--- model is asked in a session of its own, which is deleted. Fails for a wrong argument alone.
---@param options? libai.DoctorOptions
---@return boolean
---@return libai.Check[]|libai.Failure
function Ai.doctor(options) end

--- Options of `ask`; what is not given comes from the settings, and then from the server.
---@class libai.AskOptions: libai.WaitOptions
--- Id of the session to ask in.
---@field session? string
--- True to open a session and talk in it from then on, whatever `session` says; the prompt gives it its title.
---@field newSession? boolean
--- "provider/model"
---@field model? string
---@field agent? string
--- Variant of the model.
---@field variant? string
--- Instructions that stand above the prompt.
---@field system? string

--- What `doctor` found of one thing on the way to the model.
---@class libai.Check
--- In this order; what lies behind something that failed is skipped.
---@field check "files"|"answer"|"address"|"model"|"agent"|"opencode"|"password"|"session"|"settings"|"http"|"reachable"|"turns"|"asks"|"clock"|"disk"
---@field state "ok"|"failed"|"warning"|"skipped"
--- What was found, or why it was skipped.
---@field message string
--- What to do next, where something is to be done; lines as they are to be written into a file have breaks.
---@field hint? string
--- What `ai doctor --fix` does about it, where it can do something.
---@field remedy? libai.Remedy

--- What is used of CC's fs API.
---@class libai.Disk
local Disk = {}

---@param path string
---@return boolean
function Disk.exists(path) end

---@param path string
---@return string[]
function Disk.list(path) end

---@param path string
---@param mode string
---@return table|nil
---@return string|nil
function Disk.open(path, mode) end

---@param path string
function Disk.delete(path) end

---@param from string
---@param to string
function Disk.move(from, to) end

--- Options of `doctor`.
---@class libai.DoctorOptions
--- False to leave out the turn that the model is asked to answer, the one thing that costs money.
---@field ping? boolean
--- Called with the name of a check that begins.
---@field onStart? fun(check: string)
--- Called with each check as it ends.
---@field onCheck? fun(check: libai.Check)

--- Stand-ins for what the computer provides; each is the real one where it is not given.
---@class libai.Environment
--- Where the `opencc.*` settings are kept.
---@field settings? libai.SettingsStore
---@field fs? libai.Disk
--- Sends one HTTP request and returns what came of it.
---@field send? fun(request: libai.Request): libai.Response
--- Epoch milliseconds.
---@field now? fun(): number
--- Waits for so many seconds.
---@field sleep? fun(seconds: number)

--- What a failed call returns beside `false`. `tostring(failure)` gives the message, and the hint below it.
---@class libai.Failure
--- Which entry of the package's table this is; programs compare this and never the words.
---@field code string
--- What happened, for a person, in one or two lines of a 51 column screen.
---@field message string
--- What to do next; where something is to be written, in rows as they are to be written.
---@field hint string
--- What there was of the result before the call failed, where there is any.
---@field text? string

--- What can be told to somebody who waits.
---@class libai.Progress
--- "new session" (the old one is gone), "not recorded" (the disk is full), "sent", "starting", "working", "tool",
--- "retry", "reconnecting", "failing", "waiting for permission", "waiting for an answer", and after Ctrl+T
--- "stopping" and then "stopped" or "ended"
---@field phase string
--- Seconds since the prompt was sent.
---@field seconds number
--- The name of the tool that runs, and what it says of itself.
---@field tool? string
---@field title? string
--- Why the model is tried again, what opencode waits for, which request fails, or why the turn was not stopped.
---@field message? string

--- Something that `ai doctor --fix` does.
---@class libai.Remedy
---@field kind "unset_model"|"unset_agent"|"forget_turns"|"clear_session"|"repair_files"
--- Of "forget_turns": names of the turns in /trapos/ai/turns.
---@field turns? string[]

--- An answer.
---@class libai.Reply
--- UTF-8, as the model wrote it, without what it thought aloud between `<think>` and `</think>`.
---@field text string
---@field sessionId string
---@field messageId string
--- "provider/model" that answered.
---@field model? string
---@field agent? string
--- Why the model ended: "stop", "length", "content-filter" and others.
---@field finish? string
---@field tokens? { input: number, output: number, reasoning?: number }
--- US dollars, as the server counts them.
---@field cost? number
--- Seconds from sending the prompt to seeing the answer.
---@field seconds number
--- The prompt that is answered, where it is known.
---@field prompt? string
--- After `resume`: how many more answers nobody has seen.
---@field remaining? number

--- What is asked. Strings are bytes and travel unharmed.
---@class libai.Request
---@field url string
---@field method? string
---@field headers? table<string, string>
---@field body? string
--- Seconds until it counts as timed out, at most 60.
---@field timeout number
--- True to go on through Ctrl+T.
---@field raw? boolean

--- What came back: a status with headers (names in lower case) and body, or else the reason why nothing did.
---@class libai.Response
---@field status? number
---@field headers table<string, string|nil>
---@field body string
--- CC's own words, as "Domain not permitted", "Could not connect" or "Timed out".
---@field reason? string

--- A session, as `listSessions` tells of it.
---@class libai.SessionSummary
---@field id string
---@field title string
--- Epoch milliseconds.
---@field created number
---@field updated number
--- True for the one that this computer talks in.
---@field current boolean

--- CC's settings API, or a stand-in for it.
---@class libai.SettingsStore
--- Whether a setting has a value of its own, and not its default. In a store without it, it has where `get` gives
--- something.
---@field isSet? fun(name: string): boolean
--- Keeps them beyond the next boot; gives false where that cannot be. A store without it forgets.
---@field save? fun(): boolean|nil
local SettingsStore = {}

---@param name string
---@return any
function SettingsStore.get(name) end

---@param name string
---@param value any
function SettingsStore.set(name, value) end

---@param name string
function SettingsStore.unset(name) end

--- Options of a call that waits for an answer.
---@class libai.WaitOptions
--- Seconds without any visible progress after which waiting ends; else the setting `opencc.poll_timeout_seconds`.
---@field idleTimeout? number
--- Called before each poll with what can be seen.
---@field onProgress? fun(progress: libai.Progress)
--- Called with a line for each poll.
---@field log? fun(line: string)

--- Makes a client. Settings are read anew by each call.
---@param environment? libai.Environment stand-ins for what the computer provides, for tests; what is wrong with them each function says
---@return libai.Ai # its functions
local function createAi(environment) end

return createAi
