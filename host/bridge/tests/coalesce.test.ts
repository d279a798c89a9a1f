/** What many want at once is done once, and never too early for one of them. */
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { coalesce } from "../src/coalesce.ts";

/** Work whose runs end when the test says so. */
function work() {
    const runs: { end(value: string): void; fail(error: Error): void }[] = [];
    return {
        runs,
        run: () =>
            new Promise<string>((resolve, reject) => {
                runs.push({ end: resolve, fail: reject });
            }),
    };
}

test("the first is served at once, and all who come meanwhile share the run after it", async () => {
    const { runs, run } = work();
    const ask = coalesce(run);
    const first = ask();
    expect(runs).toHaveLength(1);
    const others = [ask(), ask(), ask()];
    expect(runs).toHaveLength(1);
    runs[0]!.end("before");
    expect(await first).toBe("before");
    await turn();
    expect(runs).toHaveLength(2);
    // It had begun before this one asked.
    const late = ask();
    runs[1]!.end("after");
    expect(await Promise.all(others)).toEqual(["after", "after", "after"]);
    await turn();
    runs[2]!.end("later");
    expect(await late).toBe("later");
});

test("a run that fails fails for those who share it, and for nobody else", async () => {
    const { runs, run } = work();
    const ask = coalesce(run);
    const first = ask();
    const second = ask();
    runs[0]!.fail(new Error("away"));
    await expect(first).rejects.toThrow("away");
    await turn();
    runs[1]!.end("there");
    expect(await second).toBe("there");
});

test("where it is to rest, nobody waits who comes after the rest", async () => {
    const { runs, run } = work();
    const rests: number[] = [];
    const ask = coalesce(run, (took) => {
        rests.push(took);
        return 1;
    });
    const first = ask();
    runs[0]!.end("1");
    await first;
    const second = ask();
    expect(runs).toHaveLength(1);
    while (runs.length < 2) await turn();
    runs[1]!.end("2");
    expect(await second).toBe("2");
    expect(rests[0]).toBeGreaterThanOrEqual(0);
});

test("a run that does not end holds up the next one only for as long as there is patience", async () => {
    const { runs, run } = work();
    const ask = coalesce(run, undefined, 5);
    void ask();
    const second = ask();
    expect(runs).toHaveLength(1);
    while (runs.length < 2) await turn();
    runs[1]!.end("there");
    expect(await second).toBe("there");
});
