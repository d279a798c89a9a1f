/** Registries on the compiled Lua: where they are, what they serve, and what is said when they do not. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { runLua, toLua } from "./support/lua.ts";

interface Response {
    status?: number;
    body?: string;
    reason?: string;
}

type Outcome = [ok: boolean, value: unknown, urls?: string[]];

/** CC reads JSON; here a table says what a text stands for. */
const SETUP = `
    local values = {}
    textutils = { unserializeJSON = function(text) return values[text] end }
    local urls = {}
    local function fetcher(response)
        return function(url)
            urls[#urls + 1] = url
            if not response.body then response.body = "" end
            return response
        end
    end
    local function outcome(ok, value)
        if ok then return { ok, value, urls } end
        return { ok, { code = value.code, message = value.message, hint = value.hint }, urls }
    end
    local registry = require("/apis/ccpm/registry")`;

function baseUrl(registry: string): Outcome {
    return runLua(`return outcome(registry.baseUrl(${toLua(registry)}))`, { setup: SETUP })[0] as Outcome;
}

function fetchIndex(registry: string, response: Response, index?: unknown): Outcome {
    return runLua(
        `values[${toLua(response.body ?? "")}] = ${toLua(index)}
        return outcome(registry.fetchIndex(${toLua(registry)}, fetcher(${toLua(response)})))`,
        { setup: SETUP },
    )[0] as Outcome;
}

function fetchFile(response: Response, to: { size: number; sha256: string }): Outcome {
    const change = {
        path: "apis/x.lua",
        package: "x",
        registry: "owner/repo",
        to,
    };
    return runLua(`return outcome(registry.fetchFile(${toLua(change)}, fetcher(${toLua(response)})))`, {
        setup: SETUP,
    })[0] as Outcome;
}

function fingerprint(content: string): { size: number; sha256: string } {
    return { size: content.length, sha256: createHash("sha256").update(content, "latin1").digest("hex") };
}

describe("where a registry is", () => {
    test.each([
        ["http://127.0.0.1:8080", "http://127.0.0.1:8080/"],
        ["https://example.com/", "https://example.com/"],
        ["https://example.com/a/b//", "https://example.com/a/b/"],
        ["https://user@example.com/~me/a%20b", "https://user@example.com/~me/a%20b/"],
        ["http://[::1]:80/x", "http://[::1]:80/x/"],
        ["owner/repo", "https://raw.githubusercontent.com/owner/repo/HEAD/"],
        ["owner/re.po_-1@v1.2/next", "https://raw.githubusercontent.com/owner/re.po_-1/v1.2/next/"],
    ])("%s", (registry, url) => {
        expect(baseUrl(registry)).toEqual([true, url, []]);
    });

    test.each([
        ...[
            "",
            "repo",
            "owner/",
            "/repo",
            "owner/repo/x",
            "owner /repo",
            "ftp://example.com",
            "file:///etc",
            "http://",
        ],
        ...[
            "http:///x",
            "https://example.com/?x",
            "https://example.com/#x",
            "http://a b",
            "http://a\n",
            "http://a\x1b[2J",
        ],
        ...[
            "own.er/repo",
            "owner/repo@a b",
            "http://caf\xe9",
            `http://${"x".repeat(200)}`,
            `owner/${"x".repeat(200)}`,
        ],
    ])("%j is none", (registry) => {
        const [ok, failure] = baseUrl(registry);
        expect(ok).toBe(false);
        expect(failure).toMatchObject({ code: "bad_registry" });
    });
});

const FAILURES: readonly (readonly [Response, string, RegExp])[] = [
    [{ reason: "http is disabled" }, "http_disabled", /HTTP API/],
    [{ reason: "Domain not permitted" }, "address_denied", /forbids owner\/repo/],
    [{ reason: "Timed out" }, "network_error", /owner\/repo failed: Timed out/],
    [{ reason: "Could not connect" }, "network_error", /owner\/repo failed: Could not connect/],
    [{ reason: "Unknown host" }, "network_error", /owner\/repo failed: Unknown host/],
    [{ reason: "Response is too large" }, "network_error", /owner\/repo failed: Response is too large/],
    [{ status: 500, body: "<html>" }, "server_error", /HTTP 500/],
    [{ status: 429 }, "server_error", /HTTP 429/],
    [{ status: 204 }, "server_error", /HTTP 204/],
];

describe("the index of a registry", () => {
    const index = {
        version: 1,
        packages: { a: { version: "1.0.0", description: "", dependencies: { b: "*" }, files: {} } },
    };

    test("is asked for once, and checked", () => {
        const [ok, value, urls] = fetchIndex(
            "http://r/x",
            { status: 200, body: "the index" },
            { ...index, more: 1 },
        );
        expect(ok).toBe(true);
        expect(value).toMatchObject({ version: 1, packages: { a: { dependencies: { b: "*" } } } });
        expect(value).not.toHaveProperty("more");
        expect(urls).toEqual(["http://r/x/packages/index.json"]);
    });

    test.each([
        ...FAILURES,
        [{ status: 404 }, "no_index", /owner\/repo/],
        [{ status: 200, body: "<html>" }, "no_index", /owner\/repo is no registry/],
    ] as const)("%j", (response, code, message) => {
        const [ok, failure] = fetchIndex("owner/repo", response);
        expect(ok).toBe(false);
        expect(failure).toMatchObject({ code, message: expect.stringMatching(message) as string });
    });

    test("of something else than a registry's address is not asked for", () => {
        const [ok, failure, urls] = fetchIndex("what?", { status: 200 });
        expect(ok).toBe(false);
        expect(failure).toMatchObject({ code: "bad_registry" });
        expect(urls).toEqual([]);
    });

    test("that breaks a rule says where", () => {
        const broken = { version: 1, packages: { a: { ...index.packages.a, version: "one" } } };
        expect(fetchIndex("owner/repo", { status: 200, body: "x" }, broken)[1]).toMatchObject({
            code: "bad_index",
            message: "The index of owner/repo is not valid: packages.a.version must be a version.",
        });
    });

    test("is not even read when it is too large", () => {
        const body = "x".repeat(524288);
        expect(fetchIndex("owner/repo", { status: 200, body }, index)[0]).toBe(true);
        expect(fetchIndex("owner/repo", { status: 200, body: body + "x" }, index)[1]).toMatchObject({
            code: "bad_index",
            message: "The index of owner/repo is not valid: it is too large.",
        });
    });
});

describe("a file of a registry", () => {
    test.each(["return 1\n", "", "\0\xff\r\n\x1b"])("%j comes as it is", (content) => {
        expect(fetchFile({ status: 200, body: content }, fingerprint(content))).toEqual([
            true,
            content,
            ["https://raw.githubusercontent.com/owner/repo/HEAD/apis/x.lua"],
        ]);
    });

    test.each([
        ["another size", { ...fingerprint("return 1\n"), size: 8 }],
        ["another hash", { ...fingerprint("return 2\n"), size: 9 }],
    ])("is refused with %s", (_, to) => {
        expect(fetchFile({ status: 200, body: "return 1\n" }, to).slice(0, 2)).toEqual([
            false,
            {
                code: "wrong_content",
                message: "owner/repo serves another apis/x.lua than it lists.",
                hint: "Try again in some minutes.",
            },
        ]);
    });

    test.each([...FAILURES, [{ status: 404 }, "file_missing", /owner\/repo lists apis\/x.lua/]] as const)(
        "%j",
        (response, code, message) => {
            const [ok, failure] = fetchFile(response, fingerprint("return 1\n"));
            expect(ok).toBe(false);
            expect(failure).toMatchObject({ code, message: expect.stringMatching(message) as string });
        },
    );
});
