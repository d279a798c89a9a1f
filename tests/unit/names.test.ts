/** Which names are offered for one that is not there, in the compiled Lua. */
import { expect, it } from "vitest";
import { runInLua } from "../../tools/lua/index.ts";

const nearest = (wanted: string, names: readonly string[]) =>
    runInLua("/apis/trapos/nearest", "nearest", [wanted, names]);

const models = [
    "anthropic/claude-haiku-4",
    "anthropic/claude-opus-4",
    "anthropic/claude-sonnet-4",
    "openai/gpt-5",
    "openai/gpt-5-mini",
];

it.each([
    ["sonnet", "anthropic/claude-sonnet-4"],
    ["claude-sonet-4", "anthropic/claude-sonnet-4"],
    ["Anthropic/Claude-Opus-4", "anthropic/claude-opus-4"],
    ["openai/claude-opus-4", "anthropic/claude-opus-4"],
    ["gpt5", "openai/gpt-5"],
    ["gpt-5", "openai/gpt-5"],
    ["mini", "openai/gpt-5-mini"],
])("offers for %s first %s", (wanted, first) => {
    expect(nearest(wanted, models)).toMatch(new RegExp(`^ ${first.replace(/[.*]/g, "\\$&")}( |$)`));
});

it("keeps the order where nothing is like it", () => {
    expect(nearest("zzz", ["build", "plan", "explore"])).toBe(" build plan explore");
});

it("fits a hint, however many and long the names are", () => {
    const many = Array.from({ length: 2000 }, (_, index) => `provider/model-${index}`);
    expect(nearest("model-7", many)).toMatch(/^ provider\/model-7 .* \.\.$/);
    for (const names of [many, ["w".repeat(100_000)], ["x".repeat(60), "y".repeat(60)]]) {
        expect((nearest("w", names) as string).length).toBeLessThanOrEqual(50);
    }
});

it("says so where there are none", () => {
    expect(nearest("build", [])).toBe(" none");
});
