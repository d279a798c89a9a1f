--- Messages between computers, by way of modems.
--
-- A message goes out on the channel of the computer it is for, and once more on a channel that repeaters
-- listen to, so it can arrive more than once: each carries an id, and ids that have been seen lately are
-- ignored. The names of a message's fields are those that CC's computers use among each other.
--
-- `os.loadAPI` makes an API of this file's globals, so what is public here is global and the rest is local.

local expect = dofile("rom/modules/main/cc/expect.lua").expect

--- The channel that every computer with an open modem listens to.
CHANNEL_BROADCAST = 65535

--- The channel that repeaters listen to.
CHANNEL_REPEAT = 65533

--- How many channels are computers' own. Those with a greater id share them, beginning at 0 again.
MAX_ID_CHANNELS = 65500

-- A repeated message is as good as certain to arrive within these; both figures are CC's.
local SECONDS_TO_REMEMBER, SECONDS_BETWEEN_SWEEPS = 9.5, 10

-- How long a lookup waits for answers, CC's figure too.
local SECONDS_TO_LOOK_UP = 2

--- When to forget each message id, in seconds of `os.clock`.
local seenUntil = {}
local sweepTimer

--- The names this computer hosts, by protocol.
local hostnames = {}

local function channelOf(id)
    return id % MAX_ID_CHANNELS
end

local function ownChannel()
    return channelOf(os.getComputerID())
end

local function isModem(name)
    return peripheral.getType(name) == "modem"
end

local function rememberMessage(id)
    seenUntil[id] = os.clock() + SECONDS_TO_REMEMBER
    sweepTimer = sweepTimer or os.startTimer(SECONDS_BETWEEN_SWEEPS)
end

local function forgetOldMessages()
    local now = os.clock()
    for id, deadline in pairs(seenUntil) do
        if deadline <= now then
            seenUntil[id] = nil
        end
    end
    sweepTimer = next(seenUntil) ~= nil and os.startTimer(SECONDS_BETWEEN_SWEEPS) or nil
end

--- Opens a modem for messages to this computer and to all.
---@param modem string the modem's name
--- Raises "No such modem: name" when there is none.
function open(modem)
    expect(1, modem, "string")
    if not isModem(modem) then
        error("No such modem: " .. modem, 2)
    end
    peripheral.call(modem, "open", ownChannel())
    peripheral.call(modem, "open", CHANNEL_BROADCAST)
end

--- Closes a modem again.
---@param modem? string the modem's name, all open modems when left out
--- Raises "No such modem: name" when there is none.
function close(modem)
    expect(1, modem, "string", "nil")
    if not modem then
        for _, name in ipairs(peripheral.getNames()) do
            if isOpen(name) then
                close(name)
            end
        end
        return
    end
    if not isModem(modem) then
        error("No such modem: " .. modem, 2)
    end
    peripheral.call(modem, "close", ownChannel())
    peripheral.call(modem, "close", CHANNEL_BROADCAST)
end

--- Tells whether a modem is open for messages.
---@param modem? string the modem's name; any modem when left out
---@return boolean
function isOpen(modem)
    expect(1, modem, "string", "nil")
    if modem then
        return isModem(modem)
            and peripheral.call(modem, "isOpen", ownChannel())
            and peripheral.call(modem, "isOpen", CHANNEL_BROADCAST)
    end
    for _, name in ipairs(peripheral.getNames()) do
        if isOpen(name) then
            return true
        end
    end
    return false
end

--- Sends a message to a computer. Nobody tells whether it arrives.
---@param recipient number the computer's id
---@param message any anything but functions
---@param protocol? string says what kind of message it is
---@return boolean sent false when no modem is open
function send(recipient, message, protocol)
    expect(1, recipient, "number")
    expect(3, protocol, "string", "nil")

    -- Remembered, so that our own message is not taken for another's when a repeater sends it back.
    local id = math.random(1, 2 ^ 31 - 1)
    rememberMessage(id)

    local sender = os.getComputerID()
    if recipient == sender then
        os.queueEvent("rednet_message", sender, message, protocol)
        return true
    end

    local envelope = {
        nMessageID = id,
        nRecipient = recipient,
        nSender = sender,
        message = message,
        sProtocol = protocol,
    }
    local channel = recipient == CHANNEL_BROADCAST and CHANNEL_BROADCAST or channelOf(recipient)
    local sent = false
    for _, modem in ipairs(peripheral.getNames()) do
        if isOpen(modem) then
            peripheral.call(modem, "transmit", channel, ownChannel(), envelope)
            peripheral.call(modem, "transmit", CHANNEL_REPEAT, ownChannel(), envelope)
            sent = true
        end
    end
    return sent
end

--- Sends a message to all computers.
---@param message any anything but functions
---@param protocol? string says what kind of message it is
function broadcast(message, protocol)
    expect(2, protocol, "string", "nil")
    send(CHANNEL_BROADCAST, message, protocol)
end

--- Waits for a message.
---@param protocol? string takes only messages of this protocol, and drops others
---@param timeout? number in seconds, for ever when left out. It may also be the only argument.
---@return number? sender the id of the computer that sent it, nil when none came in time
---@return any message, string? protocol
function receive(protocol, timeout)
    if type(protocol) == "number" and timeout == nil then
        protocol, timeout = nil, protocol
    end
    expect(1, protocol, "string", "nil")
    expect(2, timeout, "number", "nil")

    local timer = timeout and os.startTimer(timeout)
    while true do
        local event, first, message, messageProtocol = os.pullEvent(not timer and "rednet_message" or nil)
        if event == "rednet_message" then
            if protocol == nil or messageProtocol == protocol then
                return first, message, messageProtocol
            end
        elseif event == "timer" and first == timer then
            return nil
        end
    end
end

--- Answers lookups for a protocol with a name from now on.
---@param protocol string
---@param hostname string nobody else's on the network, and not "localhost"
--- Raises "Reserved hostname" or "Hostname in use".
function host(protocol, hostname)
    expect(1, protocol, "string")
    expect(2, hostname, "string")
    if hostname == "localhost" then
        error("Reserved hostname", 2)
    elseif hostnames[protocol] == hostname then
        return
    elseif lookup(protocol, hostname) ~= nil then
        error("Hostname in use", 2)
    end
    hostnames[protocol] = hostname
end

--- Stops to answer lookups for a protocol.
---@param protocol string
function unhost(protocol)
    expect(1, protocol, "string")
    hostnames[protocol] = nil
end

--- Asks the network who hosts a protocol, and waits two seconds for answers.
---@param protocol string
---@param hostname? string
---@return number? ... the ids of all that host it; with a hostname the first that hosts it by that name, if
--- any
function lookup(protocol, hostname)
    expect(1, protocol, "string")
    expect(2, hostname, "string", "nil")

    local ids = {}
    local ownName = hostnames[protocol]
    if ownName then
        if hostname == nil then
            ids[1] = os.getComputerID()
        elseif hostname == "localhost" or hostname == ownName then
            return os.getComputerID()
        end
    end

    if isOpen() then
        broadcast({ sType = "lookup", sProtocol = protocol, sHostname = hostname }, "dns")
        local timer = os.startTimer(SECONDS_TO_LOOK_UP)
        local event, first, message, messageProtocol
        repeat
            event, first, message, messageProtocol = os.pullEvent()
            local isAnswer = event == "rednet_message"
                and messageProtocol == "dns"
                and type(message) == "table"
                and message.sType == "lookup response"
                and message.sProtocol == protocol
            if isAnswer then
                if hostname == nil then
                    ids[#ids + 1] = first
                elseif message.sHostname == hostname then
                    return first
                end
            end
        until event == "timer" and first == timer
    end

    if hostname == nil then
        return table.unpack(ids)
    end
    return nil
end

local function isNumber(value)
    return type(value) == "number" and value == value
end

--- Tells whether what a modem received is a new message for this computer.
local function isForUs(modem, channel, envelope)
    return (channel == ownChannel() or channel == CHANNEL_BROADCAST)
        and type(envelope) == "table"
        and isNumber(envelope.nMessageID)
        and not seenUntil[envelope.nMessageID]
        and (envelope.nSender == nil or isNumber(envelope.nSender))
        and (channel == CHANNEL_BROADCAST or envelope.nRecipient == os.getComputerID())
        and isOpen(modem)
end

--- Answers a lookup for a protocol that this computer hosts.
local function answerLookup(sender, message, protocol)
    if protocol ~= "dns" or type(message) ~= "table" or message.sType ~= "lookup" then
        return
    end
    local hostname = message.sProtocol ~= nil and hostnames[message.sProtocol]
    if hostname and (message.sHostname == nil or message.sHostname == hostname) then
        send(sender, { sType = "lookup response", sHostname = hostname, sProtocol = message.sProtocol }, "dns")
    end
end

local isRunning = false

--- Turns what modems receive into `rednet_message` events (sender, message, protocol) and answers lookups,
--- for ever. The computer starts it beside the shell; nothing else should.
function run()
    if isRunning then
        error("rednet is already running", 2)
    end
    isRunning = true

    while true do
        local event, first, second, third, fourth = os.pullEventRaw()
        if event == "modem_message" and isForUs(first, second, fourth) then
            rememberMessage(fourth.nMessageID)
            os.queueEvent("rednet_message", fourth.nSender or third, fourth.message, fourth.sProtocol)
        elseif event == "rednet_message" then
            answerLookup(first, second, third)
        elseif event == "timer" and sweepTimer and first == sweepTimer then
            forgetOldMessages()
        end
    end
end
