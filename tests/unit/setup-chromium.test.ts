/** The browser for the page's tests: installed where that can be done, and never passed over without a word. */
import { describe, expect, test } from "vitest";
import {
    findChromium,
    hasBrowserTests,
    type InstallWorld,
    isChromiumRequired,
    provideChromium,
} from "../../tools/setup/chromium.ts";

/** Has it provided. @returns what was run and said */
function provide(
    change: Partial<InstallWorld> = {},
    files: string[] = ["/usr/bin/apt-get"],
    isThereThen = true,
) {
    const [ran, said]: [string[], string[]] = [[], []];
    provideChromium({
        env: {},
        platform: "linux",
        user: 0,
        exists: (file) => files.includes(file),
        run(program, words) {
            ran.push([program, ...words].join(" "));
            if (words.includes("install") && isThereThen) files.push("/usr/bin/chromium");
            return isThereThen ? 0 : 100;
        },
        say: (line) => said.push(line),
        ...change,
    });
    return { ran, said: said.join("\n") };
}

describe("a browser that is missing", () => {
    test("is installed by root on Debian, which is said", () => {
        const { ran, said } = provide();
        expect(ran).toEqual([
            "apt-get -qq update",
            "apt-get -qq install -y --no-install-recommends chromium",
        ]);
        expect(said).toMatch(/^Installing Chromium, .* \.\.\.$/);
    });

    test.each<[string, Partial<InstallWorld>, string[], string]>([
        ["by another user", { user: 1000 }, ["/usr/bin/apt-get"], "root's: apt-get install chromium."],
        ["without apt-get", {}, [], "no apt-get"],
        ["on Windows", { platform: "win32", user: undefined }, [], "no apt-get"],
        [
            "where another one is named",
            { env: { CHROMIUM: "/opt/none" } },
            ["/usr/bin/apt-get"],
            "no /opt/none",
        ],
    ])("is not installed %s, and it is said what is skipped", (_, change, files, why) => {
        const { ran, said } = provide(change, files);
        expect(ran).toEqual([]);
        expect(said).toContain("are skipped");
        expect(said).toContain(why);
    });

    test("that could not be installed is said to be so, and what fails for it", () => {
        const { said } = provide({ env: { CI: "true" } }, ["/usr/bin/apt-get"], false);
        expect(said).toMatch(/in a browser will fail: apt-get has ended with status 100\.$/);
    });
});

test("one that is there is used, without a word", () => {
    expect(provide({}, ["/usr/bin/chromium"])).toEqual({ ran: [], said: "" });
    expect(findChromium({ CHROMIUM: "/opt/c" }, (file) => file === "/opt/c")).toBe("/opt/c");
});

test("it may not be missing where a machine is for tests alone", () => {
    expect([{}, { CI: "" }, { TRAPOS_TEST_CHROMIUM: "" }].map((env) => isChromiumRequired(env))).toEqual([
        false,
        false,
        false,
    ]);
    expect([{ CI: "1" }, { TRAPOS_TEST_CHROMIUM: "required" }].map((env) => isChromiumRequired(env))).toEqual(
        [true, true],
    );
});

test("it is looked for where its tests are among those that run", () => {
    expect([[], ["--bail=1"], ["host/bridge/tests/page"], ["page"]].map(hasBrowserTests)).toEqual(
        Array(4).fill(true),
    );
    expect([["tests/unit/turn.test.ts"], ["specs", "-u"]].map(hasBrowserTests)).toEqual([false, false]);
});
