/** Events, timers and the clock, as https://tweaked.cc/module/os.html has them. */

/** The next event, all of it. */
function pull(filter?: string): unknown[] {
    return [...os.pullEvent(filter)];
}

/** Drops what is left of other cases. */
function dropEvents(): void {
    os.queueEvent("spec_start");
    os.pullEvent("spec_start");
}

before_each(dropEvents);

describe("events queue", () => {
    it("keeps their order", () => {
        os.queueEvent("spec_one");
        os.queueEvent("spec_two");
        assert.are.equal("spec_one", pull()[0]);
        assert.are.equal("spec_two", pull()[0]);
    });
    it("carries values", () => {
        os.queueEvent("spec_event", 1, "two", true, { three: [3] });
        assert.are.same(["spec_event", 1, "two", true, { three: [3] }], pull());
    });
    it("keeps nil between values", () => {
        os.queueEvent("spec_event", undefined, 2);
        const [name, first, second] = os.pullEvent();
        assert.are.equal("spec_event", name);
        assert.is_nil(first);
        assert.are.equal(2, second);
    });
    it("carries a copy of a table", () => {
        const list = [1];
        os.queueEvent("spec_event", list);
        list.push(2);
        assert.are.same(["spec_event", [1]], pull());
    });
    it("leaves functions out", () => {
        os.queueEvent("spec_event", () => {}, 2);
        const [, first, second] = os.pullEvent();
        assert.is_nil(first);
        assert.are.equal(2, second);
    });
    it("keeps every byte", () => {
        const bytes = string.char(0, 128, 255, 10);
        os.queueEvent("spec_event", bytes);
        assert.are.equal(bytes, pull()[1]);
    });
    it("holds 256 and loses what comes then", () => {
        for (const number of $range(1, 300)) os.queueEvent("spec_many", number);
        assert.are.equal(1, pull("spec_many")[1]);
        os.queueEvent("spec_end");
        let last = 1;
        for (let next = pull(); next[0] !== "spec_end"; next = pull()) {
            // The computer may have had a word of its own in between, which took one of the places.
            if (next[0] === "spec_many") {
                last += 1;
                assert.are.equal(last, next[1]);
            }
        }
        assert.is_true(last > 250 && last <= 256);
    });
    it("wants a name", () => {
        assert.error_matches(() => os.queueEvent(undefined), "bad argument #1");
    });
    it("a filter drops what comes before", () => {
        os.queueEvent("spec_one");
        os.queueEvent("spec_two");
        assert.are.equal("spec_two", pull("spec_two")[0]);
    });
    it("terminate raises, whatever the filter", () => {
        os.queueEvent("terminate");
        const [ok, problem] = pcall(() => os.pullEvent("spec_one"));
        assert.is_false(ok);
        assert.are.equal("Terminated", problem);
    });
    it("pullEventRaw gives terminate as an event", () => {
        os.queueEvent("terminate");
        assert.are.equal("terminate", os.pullEventRaw()[0]);
    });
    it("a yield is what pullEventRaw is", () => {
        os.queueEvent("spec_event", 5);
        assert.are.same(["spec_event", 5], [...coroutine.yield("spec_event")]);
    });
});

describe("events timers", () => {
    it("a timer is an event with its number", () => {
        const timer = os.startTimer(0);
        assert.are.same(["timer", timer], pull("timer"));
    });
    it("timers come in the order of their times", () => {
        const late = os.startTimer(0.2);
        const soon = os.startTimer(0.05);
        assert.are.equal(soon, pull("timer")[1]);
        assert.are.equal(late, pull("timer")[1]);
    });
    it("a cancelled one never comes", () => {
        os.cancelTimer(os.startTimer(0));
        const other = os.startTimer(0.1);
        assert.are.same(["timer", other], pull("timer"));
    });
    it("each has another number", () => {
        const one = os.startTimer(0);
        const two = os.startTimer(0);
        assert.are_not.equal(one, two);
        pull("timer");
        pull("timer");
    });
    it("wants a number", () => {
        assert.error_matches(() => os.startTimer("soon"), "number expected, got string");
        assert.error_matches(() => os.startTimer(0 / 0), "number expected, got nan");
    });
    it("sleep waits and drops other events", () => {
        os.queueEvent("spec_event");
        const before = os.clock();
        sleep(0.1);
        assert.is_true(os.clock() - before > 0.09);
        os.queueEvent("spec_end");
        assert.are.equal("spec_end", pull()[0]);
    });
    it("an alarm wants an hour of the day", () => {
        assert.error_matches(() => os.setAlarm(24), "Number out of range");
        os.cancelAlarm(os.setAlarm(12));
    });
});

describe("events clock", () => {
    it("the time is an hour of the day", () => {
        const hour = os.time();
        assert.is_true(hour >= 0 && hour < 24);
        assert.is_true(os.day() >= 0);
    });
    it("epoch counts milliseconds", () => {
        assert.is_true(os.epoch("utc") > 1600000000000);
        assert.are.equal(0, os.epoch("utc") % 1);
    });
    it("date writes a moment of UTC", () => {
        assert.are.equal("1970-01-02 00:00:01", os.date("!%Y-%m-%d %H:%M:%S", 86401));
    });
    it("date gives a table", () => {
        const found = os.date("!*t", 0) as unknown as Record<string, unknown>;
        assert.are.equal(1970, found.year);
        assert.are.equal(1, found.month);
        assert.are.equal(5, found.wday);
        assert.are.equal(1, found.yday);
        assert.is_false(found.isdst);
    });
    it("epoch and day refuse a place that they do not know", () => {
        assert.has_error(() => os.epoch("mars"), "Unsupported operation");
        assert.has_error(() => os.day("mars"), "Unsupported operation");
    });
    it("the computer has a number and, if it is given one, a label", () => {
        assert.is_number(os.getComputerID());
        const before = os.getComputerLabel();
        os.setComputerLabel("spec");
        assert.are.equal("spec", os.getComputerLabel());
        os.setComputerLabel(before);
        assert.are.equal(before, os.getComputerLabel());
    });
});
