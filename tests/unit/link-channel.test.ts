/**
 * Two ends of a link over connections that break at random: each message arrives once and in order, while both ends live.
 * The same plays, on the source in Node and on the compiled Lua.
 */
import { describe, expect, test } from "vitest";
import * as channels from "../../src/apis/ai/link/channel.ts";
import { runLua, toLua } from "../../tools/lua/index.ts";

/** A step of a play, of end 1 or 2. "deliver" takes the oldest thing that is on its way to that end. */
type Step = [what: "put" | "deliver" | "confirm", end: 1 | 2] | [what: "cut"];

/** What came of a play: the messages that arrived at each end, and everything that should not have been. */
interface Outcome {
    readonly put: readonly [number, number];
    readonly arrived: readonly [number[], number[]];
    readonly faults: readonly string[];
}

/** Numbers from 0 to 1 that follow from a seed. */
function random(seed: number): () => number {
    let state = seed;
    return () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state / 2 ** 32;
    };
}

/** A play: what is put and taken, with cuts, and in the end all that is left. */
function newPlay(seed: number): Step[] {
    const next = random(seed);
    const steps: Step[] = [];
    const isTalkative = next() < 0.5;
    for (let count = 0; count < 500; count++) {
        const end = next() < 0.5 ? 1 : 2;
        const dice = next();
        if (dice < (isTalkative ? 0.55 : 0.35)) steps.push(["put", end]);
        else if (dice < 0.9) steps.push(["deliver", end]);
        else if (dice < 0.97) steps.push(["confirm", end]);
        else steps.push(["cut"]);
    }
    return steps;
}

/** Plays in Node. */
function play(steps: readonly Step[]): Outcome {
    const ends = [channels.openChannel(), channels.openChannel()] as const;
    /** What is on its way to each end: a frame's number, or an acknowledgement as its negative less one. */
    const ways: [number[], number[]] = [[], []];
    const put: [number, number] = [0, 0];
    const arrived: [number[], number[]] = [[], []];
    const faults: string[] = [];
    const flush = (end: 0 | 1) => {
        const channel = ends[end];
        const way = ways[1 - end]!;
        for (const text of channels.nextFrames(channel)) way.push(Number(text));
        if (channel.written - channel.acknowledged > channels.WINDOW) faults.push("too much on its way");
        if (channels.owesAcknowledgement(channel)) way.push(-channels.confirm(channel) - 1);
    };
    const deliver = (end: 0 | 1): boolean => {
        const given = ways[end].shift();
        if (given === undefined) return false;
        const channel = ends[end];
        if (given < 0) {
            if (!channels.acknowledge(channel, -given - 1)) faults.push("a wrong acknowledgement");
        } else {
            const order = channels.receive(channel, given);
            if (order === "gap") faults.push("a gap");
            if (order === "new") arrived[end].push(given);
        }
        flush(end);
        return true;
    };
    for (const step of steps) {
        if (step[0] === "cut") {
            ways[0] = [];
            ways[1] = [];
            const [one, other] = ends;
            if (!channels.resume(one, other.received)) faults.push("no way to go on");
            if (!channels.resume(other, one.received)) faults.push("no way to go on");
            flush(0);
            flush(1);
            continue;
        }
        const end = step[1] === 1 ? 0 : 1;
        const channel = ends[end];
        if (step[0] === "put") {
            if (channels.put(channel, (sequence) => String(sequence))) put[end] += 1;
            flush(end);
        } else if (step[0] === "deliver") deliver(end);
        else ways[1 - end]!.push(-channels.confirm(channel) - 1);
    }
    for (let isMoving = true; isMoving;) {
        isMoving = false;
        for (const end of [0, 1] as const) {
            while (deliver(end)) isMoving = true;
            const channel = ends[end];
            if (channel.received > channel.confirmed) {
                ways[1 - end]!.push(-channels.confirm(channel) - 1);
                isMoving = true;
            }
        }
    }
    return { put, arrived, faults };
}

/** Plays in Lua; the same as above. */
const LUA_PLAY = `
    local channels = require("/apis/ai/link/channel")
    local function play(steps)
        local ends = { channels.openChannel(), channels.openChannel() }
        local ways, put, arrived, faults = { {}, {} }, { 0, 0 }, { {}, {} }, {}
        local function fault(what) faults[#faults + 1] = what end
        local function flush(own)
            local channel, way = ends[own], ways[3 - own]
            for _, text in ipairs(channels.nextFrames(channel)) do way[#way + 1] = tonumber(text) end
            if channel.written - channel.acknowledged > channels.WINDOW then fault("too much on its way") end
            if channels.owesAcknowledgement(channel) then way[#way + 1] = -channels.confirm(channel) - 1 end
        end
        local function deliver(own)
            local given = table.remove(ways[own], 1)
            if not given then return false end
            if given < 0 then
                if not channels.acknowledge(ends[own], -given - 1) then fault("a wrong acknowledgement") end
            else
                local order = channels.receive(ends[own], given)
                if order == "gap" then fault("a gap") end
                if order == "new" then table.insert(arrived[own], given) end
            end
            flush(own)
            return true
        end
        for _, step in ipairs(steps) do
            local what, own = step[1], step[2]
            if what == "cut" then
                ways = { {}, {} }
                for one = 1, 2 do
                    if not channels.resume(ends[one], ends[3 - one].received) then fault("no way to go on") end
                end
                flush(1) flush(2)
            elseif what == "put" then
                if channels.put(ends[own], function(sequence) return tostring(sequence) end) then put[own] = put[own] + 1 end
                flush(own)
            elseif what == "deliver" then deliver(own)
            else table.insert(ways[3 - own], -channels.confirm(ends[own]) - 1) end
        end
        local isMoving = true
        while isMoving do
            isMoving = false
            for own = 1, 2 do
                while deliver(own) do isMoving = true end
                if ends[own].received > ends[own].confirmed then
                    table.insert(ways[3 - own], -channels.confirm(ends[own]) - 1)
                    isMoving = true
                end
            end
        end
        return { put = put, arrived = arrived, faults = faults }
    end
`;

/** Of end 1 and of end 2: all that the other one has put, in order. */
function all({ put }: Outcome): [number[], number[]] {
    const upTo = (last: number) => Array.from({ length: last }, (_, place) => place + 1);
    return [upTo(put[1]), upTo(put[0])];
}

const SEEDS = Array.from({ length: 200 }, (_, place) => place + 1);

test("each message arrives once and in order, whatever is cut", () => {
    let cuts = 0;
    for (const seed of SEEDS) {
        const steps = newPlay(seed);
        cuts += steps.filter(([what]) => what === "cut").length;
        const outcome = play(steps);
        expect(outcome.faults, `seed ${seed}`).toEqual([]);
        expect(outcome.arrived, `seed ${seed}`).toEqual(all(outcome));
    }
    expect(cuts).toBeGreaterThan(1000);
});

test("the compiled Lua does the very same", () => {
    const seeds = SEEDS.slice(0, 15);
    const plays = seeds.map((seed) => newPlay(seed));
    const [outcomes] = runLua(`
        ${LUA_PLAY}
        local outcomes = {}
        for _, steps in ipairs(${toLua(plays)}) do outcomes[#outcomes + 1] = play(steps) end
        return outcomes`);
    expect(outcomes).toEqual(plays.map((steps) => play(steps)));
});

describe("what cannot be is refused", () => {
    /** An end that has sent so many frames, of which the first were acknowledged. */
    function sent(count: number, acknowledged: number): channels.Channel {
        const channel = channels.openChannel();
        for (let place = 0; place < count; place++) channels.put(channel, String);
        channels.nextFrames(channel);
        channels.acknowledge(channel, acknowledged);
        channels.nextFrames(channel);
        return channel;
    }

    test.each([
        ["an acknowledgement of what was never sent", () => channels.acknowledge(sent(5, 2), 6), false],
        ["one of what waits for the window", () => channels.acknowledge(sent(100, 0), 65), false],
        ["an old one is nothing new", () => channels.acknowledge(sent(5, 4), 2), true],
        ["going on before what is kept", () => channels.resume(sent(5, 4), 3), false],
        ["going on behind what was sent", () => channels.resume(sent(5, 4), 6), false],
        ["going on at the end", () => channels.resume(sent(5, 4), 5), true],
    ])("%s: %#", (_, act, expected) => {
        expect(act()).toBe(expected);
    });

    test("more than a computer can be behind by", () => {
        const channel = channels.openChannel();
        let taken = 0;
        while (channels.put(channel, String)) taken += 1;
        expect(taken).toBe(1024);
        expect(channels.isOpen(channel)).toBe(false);
    });
});
