/** Functions side by side, as https://tweaked.cc/module/parallel.html has them. */

describe("parallel waitForAny", () => {
    it("ends with the first, and says which", () => {
        assert.are.equal(
            2,
            parallel.waitForAny(
                () => os.pullEvent("spec_never"),
                () => {},
            ),
        );
    });
    it("runs none of the others to their end", () => {
        let ended = false;
        parallel.waitForAny(
            () => sleep(0),
            () => {
                os.pullEvent("spec_never");
                ended = true;
            },
        );
        assert.is_false(ended);
    });
    it("starts them in order", () => {
        const order: number[] = [];
        parallel.waitForAny(
            () => {
                order.push(1);
                sleep(0);
            },
            () => {
                order.push(2);
                sleep(0);
            },
        );
        assert.are.same([1, 2], order);
    });
    it("passes an error on as it is", () => {
        const problem = { code: 5 };
        const [ok, raised] = pcall(() => {
            parallel.waitForAny(() => {
                throw problem;
            });
        });
        assert.is_false(ok);
        assert.are.equal(problem, raised);
    });
});

describe("parallel waitForAll", () => {
    it("ends with the last", () => {
        let ended = 0;
        parallel.waitForAll(
            () => {
                sleep(0.05);
                ended += 1;
            },
            () => {
                ended += 1;
            },
            () => {
                sleep(0);
                ended += 1;
            },
        );
        assert.are.equal(3, ended);
    });
    it("is content with none", () => {
        assert.has_no_error(() => parallel.waitForAll());
    });
    it("an error ends the others", () => {
        let ended = false;
        assert.error_matches(
            () =>
                parallel.waitForAll(
                    () => {
                        sleep(0);
                        error("boom", 0);
                    },
                    () => {
                        os.pullEvent("spec_never");
                        ended = true;
                    },
                ),
            "^boom$",
        );
        assert.is_false(ended);
    });
    it("gives every event to each", () => {
        const seen: unknown[] = [];
        const see = (): void => {
            const [, value] = os.pullEvent("spec_event");
            seen.push(value);
        };
        parallel.waitForAll(see, see, () => os.queueEvent("spec_event", "x"));
        assert.are.same(["x", "x"], seen);
    });
    it("gives a filtered event only to who waits for it", () => {
        const seen: string[] = [];
        parallel.waitForAll(
            () => {
                const [name] = os.pullEvent("spec_two");
                seen.push(name);
            },
            () => {
                const [name] = os.pullEvent("spec_one");
                seen.push(name);
                os.queueEvent("spec_two");
            },
            () => os.queueEvent("spec_one"),
        );
        assert.are.same(["spec_one", "spec_two"], seen);
    });
    it("holds others within it", () => {
        let count = 0;
        const add = (): void => {
            sleep(0);
            count += 1;
        };
        parallel.waitForAll(add, () => parallel.waitForAll(add, add));
        assert.are.equal(3, count);
    });
    it("ends each that waits for an event on terminate", () => {
        const [ok, problem] = pcall(() =>
            parallel.waitForAll(
                () => os.pullEvent("spec_never"),
                () => os.queueEvent("terminate"),
            ),
        );
        assert.is_false(ok);
        assert.are.equal("Terminated", problem);
    });
});

describe("parallel arguments", () => {
    it("are functions", () => {
        assert.has_error(
            () => parallel.waitForAny(() => {}, "x"),
            "bad argument #2 (function expected, got string)",
        );
        assert.has_error(
            () => parallel.waitForAll(undefined),
            "bad argument #1 (function expected, got nil)",
        );
    });
    it("waitForAny ends at once with none", () => {
        assert.are.equal(0, parallel.waitForAny());
    });
});
