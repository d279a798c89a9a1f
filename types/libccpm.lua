---@meta

--- /trapos/ccpm.cache.json
---@class libccpm.Cache
---@field version 1
---@field registries table<string, libccpm.CachedRegistry>

--- What is kept of a package that a registry offers: enough to choose it, but not to install it.
---@class libccpm.CachedPackage
---@field version string
---@field description string
---@field dependencies table<string, string>
--- Bytes of all its files.
---@field size number

--- What a registry offered when it was last asked.
---@class libccpm.CachedRegistry
--- When it was seen to offer this: milliseconds since 1970, UTC.
---@field updated number
---@field packages table<string, libccpm.CachedPackage>

--- The package manager that `require("/apis/libccpm")()` makes. Each function returns `true, value` or
--- `false, failure` and never raises, except for `Terminated` (Ctrl+T).
---@class libccpm.Ccpm
local Ccpm = {}

--- What is installed, configured and known to be available. Reads the disk alone.
---@return boolean
---@return libccpm.State|libccpm.Failure
function Ccpm.state() end

--- Asks every registry what it has, and writes it down. Of one that does not answer a note is told, and what it
--- had before stays. Fails when none answers, with the failure of one of them, or there is none (`no_registry`).
---@return boolean
---@return libccpm.Failure|nil
function Ccpm.update() end

--- Plans an installation with all that it needs, from what the registries offer now; one that does not answer is
--- left out, with a note. What is installed stays as it is unless it does not fit.
---@param names string[] packages; they count as asked for from then on
---@param options? libccpm.InstallOptions
---@return boolean
---@return libccpm.Plan|libccpm.Failure
function Ccpm.planInstall(names, options) end

--- Plans an upgrade to what the registries offer now. Packages that are held back are in the plan's notes.
---@param names? string[] installed packages; all where it is absent
---@param options? libccpm.UpgradeOptions
---@return boolean
---@return libccpm.Plan|libccpm.Failure
function Ccpm.planUpgrade(names, options) end

--- Plans a removal. Fails when others need a package (`needed_by`), unless these go, too. Asks no registry.
---@param names string[] installed packages; none where only `unused` ones are to go
---@param options? libccpm.UninstallOptions
---@return boolean
---@return libccpm.Plan|libccpm.Failure
function Ccpm.planUninstall(names, options) end

--- Compares installed files with the disk, and looks for files of no package in packages' folders.
---@param names? string[] installed packages; all where it is absent, and only then files of no package are found
---@return boolean
---@return libccpm.Finding[]|libccpm.Failure
function Ccpm.verify(names) end

--- Plans what puts findings right: missing and changed files come again from a registry that still offers them,
--- changed files and those of no package are kept as `.ccpm-old`. What cannot be had is in the plan's notes.
---@param findings libccpm.Finding[]
---@return boolean
---@return libccpm.Plan|libccpm.Failure
function Ccpm.planRepair(findings) end

--- Does what a plan says, whole or not at all, whenever the power goes. Fails with nothing changed when the disk is
--- too full (`no_space`), a file cannot be had or is another than was listed, or something has changed since the
--- plan was made (`changed_meanwhile`); what was fetched is not fetched again the next time. A plan without packages
--- and files still writes what the registries newly offer.
---@param plan libccpm.Plan
---@return boolean
---@return libccpm.Failure|nil
function Ccpm.apply(plan) end

--- Adds a registry once it has answered.
---@param registry string an http(s) URL, also of its install.lua or of GitHub's page, or `owner/repo[@branch]` of GitHub
---@param options? { position?: number, force?: boolean } its position, counted from 1 (the last where it is absent); `force` adds it without an answer
---@return boolean
---@return libccpm.Failure|nil
function Ccpm.addRegistry(registry, options) end

--- Forgets a registry. What was installed from it stays.
---@param registry string
---@return boolean
---@return libccpm.Failure|nil
function Ccpm.removeRegistry(registry) end

--- Gives a registry another position, counted from 1.
---@param registry string
---@param position number
---@return boolean
---@return libccpm.Failure|nil
function Ccpm.moveRegistry(registry, position) end

--- Finishes what a power cut has left, and sets state aside that cannot be read. The value says what was done, a
--- line each.
---@return boolean
---@return string[]|libccpm.Failure
function Ccpm.recover() end

--- /trapos/ccpm.json
---@class libccpm.Configuration
---@field version 1
--- As the player wrote them, in the order in which they are asked.
---@field registries string[]

--- What is used of CC's fs API.
---@class libccpm.Disk
local Disk = {}

---@param path string
---@return boolean
function Disk.exists(path) end

---@param path string
---@return boolean
function Disk.isDir(path) end

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

---@param from string
---@param to string
function Disk.copy(from, to) end

---@param path string
function Disk.makeDir(path) end

---@param path string
---@return number
function Disk.getSize(path) end

---@param path string
---@return table
function Disk.attributes(path) end

---@param path string
---@return number|"unlimited"
function Disk.getFreeSpace(path) end

---@param path string
---@return string|nil
function Disk.getDrive(path) end

--- What ccpm is given of the outside; the computer's own where a field is absent.
---@class libccpm.Environment
---@field fs? libccpm.Disk
--- Fetches a URL; called by several coroutines at once.
---@field fetch? fun(url: string): libccpm.Fetched
--- A registry that counts as the last one; the next change writes it down with the others. The installer's.
---@field registry? string
--- Milliseconds since 1970, UTC.
---@field now? fun(): number
---@field onProgress? fun(progress: libccpm.Progress)
--- Told what a player must know beside the result: state that could not be read and was set aside, registries that
--- do not answer.
---@field onNote? fun(note: string)

--- What a failed call returns beside `false`. `tostring(failure)` gives the message, and the hint below it.
---@class libccpm.Failure
--- Which entry of the package's table this is; programs compare this and never the words.
---@field code string
--- What happened, for a person, in one or two lines of a 51 column screen.
---@field message string
--- What to do next; where something is to be written, in rows as they are to be written.
---@field hint string
--- What there was of the result before the call failed, where there is any.
---@field text? string

--- What an HTTP request came to: a body, or CC's words for why there is none.
---@class libccpm.Fetched
---@field status? number
---@field body string
---@field reason? string

--- One file that a transaction writes or removes.
---@class libccpm.FileChange
--- From the computer's root, without a leading slash.
---@field path string
--- Whose it is, or was.
---@field package string
--- What comes; absent where the file goes.
---@field to? libccpm.Fingerprint
--- Where it is fetched; absent where it is removed.
---@field registry? string
--- Where the file that is there is kept: the player has changed it, or no package has brought it.
---@field backup? string
--- What stood there when the plan was made, so that a change after that is noticed; absent for nothing.
---@field found? libccpm.Found

--- Files by path from the computer's root, without a leading slash.
---@alias libccpm.Files table<string, libccpm.Fingerprint>

--- One thing that `verify` found.
---@class libccpm.Finding
---@field path string
---@field problem "changed"|"missing"|"foreign"
--- Absent for a foreign file.
---@field package? string

--- How a file is known to be the right one.
---@class libccpm.Fingerprint
--- Bytes.
---@field size number
--- 64 hexadecimal digits in lower case.
---@field sha256 string

--- What is seen of a file from outside.
---@class libccpm.Found
---@field size number
---@field modified number

--- Options of installations and upgrades.
---@class libccpm.InstallOptions
--- Overwrite files that no package brought; they are kept as `.ccpm-old`.
---@field force? boolean

--- What the lock says of an installed package: what its registry said when it was installed, and where it came from.
---@class libccpm.InstalledPackage
---@field version string
---@field dependencies table<string, string>
---@field files libccpm.Files
---@field autostart? string[]
---@field data? string[]
--- As in the configuration; absent where the files came in another way.
---@field registry? string
--- True for what nobody asked for, but another package needs.
---@field automatic? boolean

--- /trapos/ccpm.lock.json
---@class libccpm.Lock
---@field version 1
---@field packages table<string, libccpm.InstalledPackage>

--- One package that a plan changes.
---@class libccpm.PackageChange
---@field name string
--- Absent when it is new.
---@field from? string
--- Absent when it goes.
---@field to? string
---@field registry? string

--- What a command would do. Nothing has been touched.
---@class libccpm.Plan
--- As the journal and the line after a power cut name it: "upgrade trapos-ai".
---@field title string
---@field packages libccpm.PackageChange[]
---@field files libccpm.FileChange[]
--- Folders of data that go, under trapos/.
---@field data string[]
--- Texts of ccpm's own files by path, false for those that go; empty when the state stays as it is.
---@field state table<string, string|false>
--- How ccpm's own files stood on the disk; when one has been written since then, the plan is not applied.
---@field stamp? string
--- Bytes to fetch; what an interrupted run has left behind is not fetched again and not counted.
---@field download number
--- Bytes of the disk that are needed until the end, rather too many than too few, and those that are free or hold
--- what an interrupted run has left (math.huge without a limit). `apply` refuses a plan that needs more than is free.
---@field needed number
---@field free number
--- How many bytes less (or, negative, more) are used afterwards.
---@field freed number
--- What a player should know: packages that are held back, files that are kept.
---@field notes string[]

--- How far an application of a plan is.
---@class libccpm.Progress
---@field phase "index"|"fetch"|"apply"
--- The registry or the file in work.
---@field name string
--- Files.
---@field done number
---@field total number
--- Bytes.
---@field bytes number
---@field totalBytes number

--- All that ccpm knows; absent files are empty states.
---@class libccpm.State
---@field configuration libccpm.Configuration
---@field lock libccpm.Lock
---@field cache libccpm.Cache
--- How the files that it was read from stood on the disk.
---@field stamp? string

--- Options of removals.
---@class libccpm.UninstallOptions
--- Remove what needs the packages, too.
---@field cascade? boolean
--- Remove packages that came as dependencies and are not needed any more.
---@field unused? boolean

--- Options of upgrades.
---@class libccpm.UpgradeOptions: libccpm.InstallOptions
--- Remove the files that are to be replaced, but for those that ccpm itself needs, where a disk has no room for old and
--- new ones. `verify` finds them missing then, and `planRepair` fetches the new ones.
---@field removeFirst? boolean

--- Makes a package manager. It keeps nothing in memory: the state is read anew by each call.
---@param environment? libccpm.Environment stand-ins for what the computer provides, and who is told of progress and notes
---@return libccpm.Ccpm # its functions
local function createCcpm(environment) end

return createCcpm
