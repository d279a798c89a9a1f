---@meta

--- An agent that the server has.
---@class libai.AgentSummary
---@field name string
---@field description? string
--- True for one that other agents hand work to.
---@field subagent boolean
--- True for the one that the settings name.
---@field current boolean

--- The functions that `require("/apis/libai")()` returns.
---@class libai.Ai
--- Jobs, which need a bridge and the package trapos-link; without that each of them fails with `link_missing`.
---@field jobs libai.Jobs
local Ai = {}

--- Sends a prompt and waits for its answer. Fails with `session_busy` when another turn runs in the session.
---@param prompt string
---@param options? libai.AskOptions
---@return boolean
---@return libai.Reply|libai.Failure
function Ai.ask(prompt, options) end

--- Begins to ask, and does not wait: `ai_progress` (the turn's number, its progress) and at last `ai_reply` (the number,
--- and what `ask` returns) are queued as events, while `run` runs beside the program. The value is the number.
---@param prompt string
---@param options? libai.AskOptions
---@return boolean
---@return number|libai.Failure
function Ai.askAsync(prompt, options) end

--- Runs what `askAsync` has begun, until Ctrl+T: parallel.waitForAny(main, ai.run).
function Ai.run() end

--- Asks the model for Lua, and runs it on this computer where `approve` returns true: for a limited time, with nothing
--- but what is allowed. A program that fails goes back to the model. Fails with `no_code`, `not_approved`,
--- `not_allowed`, `lua_timed_out` or `lua_failed`, and as `ask` does.
---@param prompt string
---@param options libai.LuaOptions
---@return boolean
---@return libai.LuaResult|libai.Failure
function Ai.luaExec(prompt, options) end

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

--- One session, else the current one. Fails with `session_gone` where the server does not have it.
---@param id? string
---@return boolean
---@return libai.SessionSummary|libai.Failure
function Ai.session(id) end

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

--- Fetches the oldest answer that nobody has seen, as after a power cut, or else the session's last one; of any session
--- where none is named.
---@param options? libai.SessionOptions
---@return boolean
---@return libai.Reply|libai.Failure
function Ai.resume(options) end

--- Fetches the last answer of a session (else the current one).
---@param session? string
---@return boolean
---@return libai.Reply|libai.Failure
function Ai.last(session) end

--- Examines the way to the model, thing by thing, and changes nothing. No check takes longer than a request may. The
--- model is asked in a session of its own, which is deleted. Fails for a wrong argument alone.
---@param options? libai.DoctorOptions
---@return boolean
---@return libai.Check[]|libai.Failure
function Ai.doctor(options) end

--- The last turns of a session (else the current one), oldest first.
---@param options? { session?: string, limit?: number }
---@return boolean
---@return libai.Turn[]|libai.Failure
function Ai.messages(options) end

--- The models that the server has, the recently chosen ones first.
---@return boolean
---@return libai.ModelSummary[]|libai.Failure
function Ai.models() end

--- Chooses the model that is asked from now on: its id, a part of it that fits one alone, or nil for the server's.
---@param model? string
---@return boolean
---@return libai.ModelSummary|libai.Failure|nil
function Ai.chooseModel(model) end

--- The agents that the server has, those that are meant for prompts first.
---@return boolean
---@return libai.AgentSummary[]|libai.Failure
function Ai.agents() end

--- Chooses the agent that is asked from now on; nil for the server's.
---@param agent? string
---@return boolean
---@return string|libai.Failure|nil
function Ai.chooseAgent(agent) end

--- The variants of the model that the next prompt asks.
---@return boolean
---@return string[]|libai.Failure
function Ai.variants() end

--- Chooses the variant from now on; nil for none.
---@param variant? string
---@return boolean
---@return string|libai.Failure|nil
function Ai.chooseVariant(variant) end

--- Gives a session (else the current one) another title.
---@param title string
---@param session? string
---@return boolean
---@return libai.SessionSummary|libai.Failure
function Ai.rename(title, session) end

--- Deletes a session with all that was said in it.
---@param session string
---@return boolean
---@return libai.SessionSummary|libai.Failure
function Ai.delete(session) end

--- Makes a session that begins with all that was said in another (else the current one), and talks in it.
---@param session? string
---@return boolean
---@return libai.SessionSummary|libai.Failure
function Ai.fork(session) end

--- Takes back the last prompt of a session (else the current one), its answer and what it did to files.
---@param session? string
---@return boolean
---@return libai.Undone|libai.Failure
function Ai.undo(session) end

--- Brings back what was taken back last.
---@param session? string
---@return boolean
---@return libai.Undone|libai.Failure
function Ai.redo(session) end

--- What the agent of a session (else the current one) means to do.
---@param session? string
---@return boolean
---@return libai.Todo[]|libai.Failure
function Ai.todo(session) end

--- What the last turn of a session (else the current one) has changed.
---@param session? string
---@return boolean
---@return libai.Change[]|libai.Failure
function Ai.diff(session) end

--- What was used by a session (else the current one), by all of today, or by all that there are.
---@param options? { of?: "session"|"today"|"all", session?: string }
---@return boolean
---@return libai.Usage|libai.Failure
function Ai.usage(options) end

--- Has a summary written that takes the place of what was said in a session (else the current one).
---@param options? libai.SessionOptions
---@return boolean
---@return libai.Failure|nil
function Ai.compact(options) end

--- Makes a session (else the current one) readable on the web; the value is its address.
---@param session? string
---@return boolean
---@return string|libai.Failure
function Ai.share(session) end

---@param session? string
---@return boolean
---@return libai.Failure|nil
function Ai.unshare(session) end

--- The commands of opencode's configuration.
---@return boolean
---@return libai.CommandSummary[]|libai.Failure
function Ai.commands() end

--- Runs a command of opencode's configuration, as a prompt.
---@param name string
---@param text? string
---@param options? libai.AskOptions
---@return boolean
---@return libai.Reply|libai.Failure
function Ai.runCommand(name, text, options) end

--- Runs a line of the server's shell. opencode asks no permission for that: whoever has the password may.
---@param line string
---@param options? libai.SessionOptions
---@return boolean
---@return libai.ShellOutput|libai.Failure
function Ai.shell(line, options) end

--- What the session is at that this computer talks in, and what waits for somebody there.
---@return boolean
---@return libai.Status|libai.Failure
function Ai.status() end

--- The permissions that wait in the folder of the session that this computer talks in, whoever's turn it is.
---@return boolean
---@return libai.OpenPermission[]|libai.Failure
function Ai.permissions() end

--- Answers a permission that waits. Fails with `ask_gone` when it does not any more. A refusal with a message for the
--- model lets the turn go on, one without ends it.
---@param id string
---@param reply libai.PermissionReply
---@param message? string
---@return boolean
---@return libai.Failure|nil
function Ai.answerPermission(id, reply, message) end

--- The questions that wait there.
---@return boolean
---@return libai.OpenQuestion[]|libai.Failure
function Ai.questions() end

--- Answers a question that waits: for each of its questions the labels that are chosen, or words of one's own. Without
--- answers it is refused, which ends the turn. Fails with `ask_gone` when it does not wait any more.
---@param id string
---@param answers? string[][]
---@return boolean
---@return libai.Failure|nil
function Ai.answerQuestion(id, answers) end

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
--- Absolute paths of files of this computer that the model is to read with the prompt, 200 kB in all.
---@field files? string[]
--- What the answer has to be: it is read as JSON then, and `value` in the reply is what it says.
---@field schema? libai.Schema

--- What was changed of a file.
---@class libai.Change
---@field file string
---@field additions number
---@field deletions number
--- "added", "modified" or "deleted", where it is known.
---@field status? string
--- A unified diff, where there is one.
---@field patch? string

--- What `doctor` found of one thing on the way to the model.
---@class libai.Check
--- In this order, "bridge" and "link" in place of "password" where the computer is linked with a bridge; what lies behind
--- something that failed is skipped.
---@field check "files"|"answer"|"link"|"address"|"model"|"agent"|"session"|"opencode"|"password"|"asks"|"bridge"|"http"|"settings"|"disk"|"clock"|"reachable"|"turns"
---@field state "ok"|"failed"|"warning"|"skipped"
--- What was found, or why it was skipped.
---@field message string
--- What to do next, where something is to be done; lines as they are to be written into a file have breaks.
---@field hint? string
--- What `ai doctor --fix` does about it, where it can do something.
---@field remedy? libai.Remedy

--- Options of `jobs.collect`.
---@class libai.CollectOptions
--- Seconds to wait for its end; as long as it takes where nothing is said, and 0 to look once.
---@field timeout? number
--- Called with the job each time that there is news of it.
---@field onProgress? fun(job: libai.Job)

--- What a job has come to.
---@class libai.Collected
---@field job libai.Job
--- Its answer, as `Reply.text`.
---@field text string

--- A command of opencode's configuration.
---@class libai.CommandSummary
---@field name string
---@field description? string

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

--- Long work that the bridge does in the background.
---@class libai.Job
--- By which it is called; it is never used twice.
---@field number number
--- "killed" where somebody has stopped it, "failed" for anything else that kept it from its answer.
---@field state "done"|"running"|"failed"|"queued"|"killed"
--- What is asked.
---@field prompt string
--- What the computer is called on which it was begun.
---@field computer string
--- How long it has been there; of one that has ended, how long it took.
---@field seconds number
--- Seconds since the last sign of life of one that runs.
---@field silence? number
--- How many tool calls it has made.
---@field tools number
--- US dollars.
---@field cost number
--- The tool call that runs, or ran last.
---@field tool? string
--- The end of what the model wrote last.
---@field words? string
--- What it waits for somebody to allow or to answer.
---@field asks? string
--- Why it has failed or was stopped; of one that is queued, what it waits for.
---@field reason? string
--- Its place among those that are queued, from 1 on.
---@field place? number
--- Which time it is begun, from 1 on.
---@field attempt number
--- Whether it is begun again when it fails.
---@field isKept boolean
--- Whether its result was given to somebody.
---@field isCollected boolean

--- Options of a job; what is not given comes from the settings, and then from the server.
---@class libai.JobOptions
--- "provider/model"
---@field model? string
---@field agent? string
--- True to have it begun again when it fails, at most three times.
---@field keep? boolean

--- The functions of `ai.jobs`: long work, which the bridge does in the background. They fail with `not_linked` without one.
---@class libai.Jobs
local Jobs = {}

--- Begins a job, and does not wait; the event `ai_job` (its number, its state, the job) tells of its end.
---@param prompt string
---@param options? libai.JobOptions
---@return boolean
---@return libai.Job|libai.Failure
function Jobs.spawn(prompt, options) end

--- The jobs of this computer's owner, newest first, those of the owner's other computers among them.
---@return boolean
---@return libai.Job[]|libai.Failure
function Jobs.list() end

--- One of them. Fails with `not_found` where there is none of that number.
---@param number number
---@return boolean
---@return libai.Job|libai.Failure
function Jobs.status(number) end

--- Waits for a job's end, and gives its result, once: then it fails with `job_collected`. Fails with `job_running` where
--- the time is over, with `job_failed` and `job_killed` where there is no result; the failure's `text` is what was written.
---@param number number
---@param options? libai.CollectOptions
---@return boolean
---@return libai.Collected|libai.Failure
function Jobs.collect(number, options) end

--- Stops a job; the value is the job. One that has ended stays as it is.
---@param number number
---@return boolean
---@return libai.Job|libai.Failure
function Jobs.kill(number) end

--- How a computer is linked with a bridge.
---@class libai.LinkStatus
---@field url string
--- As the bridge calls the computer, whose it is, and what the agent may do; absent before it was taken.
---@field name? string
---@field owner? string
---@field profile? string
--- True where it polls the bridge, as websockets are off.
---@field isPolling? boolean
--- Why nothing can be asked now; absent where all is well.
---@field problem? libai.Failure

--- Options of `luaExec`, beside those of `ask`.
---@class libai.LuaOptions: libai.AskOptions
--- What it may do beyond looking and writing in /ai: names of groups, as "fs" and "turtle". See docs/hands.md.
---@field allow? string[]
--- Called where the program does what is not allowed: the group, and the call or file. True allows the group for this
--- run, and the program goes on where it is.
---@field onNotAllowed? fun(group: string, what: string): boolean
--- Seconds that the program may run; else the setting `opencc.lua_exec_timeout_seconds`.
---@field timeout? number
--- How often the model corrects a program that failed; else the setting `opencc.lua_exec_max_retries`.
---@field retries? number
local LuaOptions = {}

--- Shown each version of the program before it runs, and which one it is, from 1 on. It runs where this returns true,
--- and never otherwise.
---@param code string
---@param attempt number
---@return boolean
function LuaOptions.approve(code, attempt) end

--- What came of a program.
---@class libai.LuaResult
--- The version that ran to its end.
---@field code string
--- What that version printed, UTF-8; at most 16,000 bytes and then "..".
---@field output string
--- What it returned, each as Lua would write it.
---@field values string[]
--- How many versions there were.
---@field attempts number
--- The groups that `onNotAllowed` has allowed.
---@field opened string[]

--- A model that the server has.
---@class libai.ModelSummary
--- "provider/model"
---@field id string
---@field name string
--- Tokens of context that it has, and that it writes at most.
---@field context? number
---@field output? number
--- US dollars for a million tokens.
---@field inputCost? number
---@field outputCost? number
--- Names of its variants.
---@field variants string[]
--- True for the one that the next prompt asks.
---@field current boolean

--- A permission that waits.
---@class libai.OpenPermission: libai.PermissionAsk
--- True for one of the session that this computer talks in, or of its subagents.
---@field current boolean

--- A question that waits.
---@class libai.OpenQuestion: libai.QuestionAsk
--- True for one of the session that this computer talks in, or of its subagents.
---@field current boolean

--- What a permission can be answered with.
---@class libai.PermissionAnswer
---@field reply libai.PermissionReply
--- For the model, which goes on then where it is refused; without it a refusal ends the turn.
---@field message? string

--- A tool call that needs a permission. Texts are UTF-8, as long as they are up to 64 kB.
---@class libai.PermissionAsk
---@field id string
--- The session that asks: the turn's own, or a subagent's.
---@field sessionId string
--- What is to be allowed: "bash", "edit", "webfetch", "external_directory" and others.
---@field kind string
--- What it is to be allowed for: commands, files, addresses.
---@field patterns string[]
--- What "always" would allow from then on, in the whole folder.
---@field always string[]
--- True where it would even when opencode is restarted: opencode 2 keeps it with the project.
---@field isForGood? boolean
--- Of a shell's command: all of it.
---@field command? string
--- Of a file: where it is on the server.
---@field filepath? string
--- Of a file that is to be changed: a unified diff.
---@field diff? string
---@field url? string
--- What the model says of it.
---@field description? string

--- What a permission is answered with: for this call, for all that are like it until opencode is restarted, or not at all.
---@alias libai.PermissionReply "always"|"once"|"reject"

--- What can be told to somebody who waits.
---@class libai.Progress
--- "new session" (the old one is gone), "not recorded" (the disk is full), "sent", "starting", "working", "tool",
--- "retry", "reconnecting", "failing", "waiting for permission", "waiting for an answer"; once it was decided on what
--- it waits for: "allowed once", "allowed always", "refused", "answered", "answered elsewhere" or "nobody answered";
--- and after Ctrl+T "stopping" and then "stopped" or "ended"
---@field phase string
--- Seconds since the prompt was sent.
---@field seconds number
--- The name of the tool that runs, and what it says of itself.
---@field tool? string
---@field title? string
--- Why the model is tried again, what opencode waits for, which request fails, or why the turn was not stopped.
---@field message? string
--- Tokens that the turn's steps took until now, in and out.
---@field tokens? number
--- Seconds until the model is tried again.
---@field nextIn? number

--- Questions that the model asks at once.
---@class libai.QuestionAsk
---@field id string
---@field sessionId string
---@field questions libai.QuestionItem[]

--- One question.
---@class libai.QuestionItem
---@field question string
--- A word or two.
---@field header? string
---@field options libai.QuestionOption[]
--- True where several options may be chosen.
---@field multiple boolean
--- True where words of one's own are an answer, too.
---@field custom boolean
--- Of what kind an answer in own words has to be: "number" or "integer"; any text where nothing is said.
---@field kind? string

--- An answer that a question offers.
---@class libai.QuestionOption
---@field label string
---@field description? string

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
--- What the answer says, where a `schema` was given.
---@field value? table
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

--- A schema.
---@class libai.Schema
---@field type? "string"|"number"|"boolean"|"object"|"array"|"integer"
---@field description? string
---@field properties? table<string, libai.Schema>
--- Names of properties that must be there.
---@field required? string[]
---@field items? libai.Schema
---@field enum? any[]
---@field minimum? number
---@field maximum? number
---@field minItems? number
---@field maxItems? number

--- What a call takes that waits for something in a session.
---@class libai.SessionOptions: libai.WaitOptions
--- The session's id; the current one where nothing is said.
---@field session? string

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

--- A line of the server's shell that was run.
---@class libai.ShellOutput
--- What it printed.
---@field output string
---@field seconds number

--- What the session is at that this computer talks in.
---@class libai.Status
--- Absent where the computer asks opencode itself. Where that has a problem nothing is known of the session.
---@field link? libai.LinkStatus
--- The version of opencode that answers; absent where the link has a problem.
---@field opencode? string
--- Nothing where there is none.
---@field session? libai.SessionSummary
--- The id of the session that there was and that the server does not have any more.
---@field gone? string
--- "provider/model" and agent that answer: as the settings say, or as they answered last.
---@field model? string
---@field agent? string
--- "retry" where the model fails and is tried again.
---@field state "busy"|"retry"|"idle"
--- Seconds since the step began that runs.
---@field seconds? number
--- The tool that runs, and what it does.
---@field tool? string
---@field title? string
--- Why the model is tried again.
---@field message? string
--- What waits for somebody in it.
---@field permissions libai.OpenPermission[]
---@field questions libai.OpenQuestion[]
--- How many turns of this computer there are whose answers nobody has seen.
---@field unseen number

--- Something that the agent means to do.
---@class libai.Todo
---@field content string
--- "pending", "in_progress", "completed" or "cancelled"
---@field status string
---@field priority? string

--- A tool call, as whoever waits for a turn is told of it.
---@class libai.ToolCall
--- Its name: "bash", "edit", "task" and others.
---@field tool string
--- What it does, where opencode says that.
---@field title? string
---@field status "running"|"completed"|"error"
--- How long it took, once it has ended.
---@field seconds? number
--- The files that it has written: in the session's folder by their paths from there.
---@field files string[]
--- Why it failed.
---@field message? string
--- Of a shell's command that has ended: its exit status.
---@field exit? number

--- A prompt of a session and what was answered.
---@class libai.Turn
--- The id of the prompt's message.
---@field id string
---@field prompt string
--- The answer, as `Reply.text`.
---@field text string
--- Epoch milliseconds at which it was asked.
---@field time number
--- "provider/model" that answered last.
---@field model? string
---@field agent? string
--- Why there is no answer, or no whole one.
---@field problem? string

--- What `undo` and `redo` did.
---@class libai.Undone
--- The prompt that was taken back, or is there again.
---@field prompt string
--- Files that the turn had changed.
---@field files libai.Change[]

--- What was used.
---@class libai.Usage
--- Tokens that models read and wrote, and of those that they read the cached ones.
---@field input number
---@field output number
---@field reasoning number
---@field cached number
--- US dollars, as the server counts them.
---@field cost number
--- Of one session: tokens in the model's context now, and how many it can hold, where that is known.
---@field context? number
---@field limit? number
--- How many sessions were counted.
---@field sessions number

--- Options of a call that waits for an answer.
---@class libai.WaitOptions
--- Seconds without any visible progress after which waiting ends; else the setting `opencc.poll_timeout_seconds`.
---@field idleTimeout? number
--- Called before each poll with what can be seen.
---@field onProgress? fun(progress: libai.Progress)
--- Called with a line for each poll.
---@field log? fun(line: string)
--- Called when the turn waits for a permission; its answer is that. It is ended where somebody else answers, or nobody
--- does within the setting `opencc.permission_timeout_seconds`. Without it permissions are refused, with a reason for
--- the model.
---@field onPermission? fun(ask: libai.PermissionAsk): "always"|"once"|"reject"|libai.PermissionAnswer|nil
--- The same for questions: returns the labels that are chosen for each of them, or nothing to refuse.
---@field onQuestion? fun(ask: libai.QuestionAsk): string[][]|nil
--- Called once when a tool call begins, and once when it has ended.
---@field onTool? fun(call: libai.ToolCall)
--- Called with pieces of the answer as the model writes them, UTF-8, cut between any two bytes. Together they are what
--- it writes, what it thinks aloud between `<think>` and `</think>` among it; where a part is replaced the reply's
--- `text` is what counts. Over the bridge alone: a server that is asked directly tells nothing before the end.
---@field onText? fun(piece: string)
--- The same for what the model thinks, where its server tells that.
---@field onReasoning? fun(piece: string)
--- "ask" to call `onPermission`, or what each permission is answered with; else the setting `opencc.permission`.
---@field permission? "ask"|"always"|"once"|"reject"

--- Makes a client. Settings are read anew by each call.
---@param environment? libai.Environment stand-ins for what the computer provides, for tests; what is wrong with them each function says
---@return libai.Ai # its functions
local function createAi(environment) end

return createAi
