/** How long a crashed server waits before it is started again. */
import { expect, test } from "vitest";
import { runLua, toLua } from "../../tools/lua/index.ts";

const setup =
    'package.loaded["cc.require"] = {}\nlocal own = require\nfunction require(name) return package.loaded[name] or own(name) end';

test.each([
    ["the first crash", [0], [1]],
    ["crashes in a row", [0, 1, 0, 2, 0, 3, 0, 59.9, 0], [1, 2, 4, 8, 16, 32, 60, 60, 60]],
    ["a crash after a minute", [0, 0, 0, 60, 0], [1, 2, 4, 1, 2]],
    ["a first run of an hour", [3600, 0], [1, 2]],
])("%s", (_name, runs, pauses) => {
    const [result] = runLua(
        `local nextPause = require("/apis/trapos/supervisor").nextPause
        local pauses, last = {}, nil
        for index, ran in ipairs(${toLua(runs)}) do
            last = nextPause(last, ran)
            pauses[index] = last
        end
        return pauses`,
        { setup },
    );
    expect(result).toEqual(pauses);
});
