/** Registries on the compiled Lua: where they are, what they serve, and what is said when they do not. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { runLua, toLua } from "../../tools/lua/index.ts";

interface Response {
    status?: number;
    body?: string;
    reason?: string;
}

type Outcome = [ok: boolean, value: unknown, urls?: string[]];

/** CC reads JSON: the reader is that of our ROM, which says where it stopped as CC's does. */
const SETUP = `
    local load = require
    function require(name)
        local module = name:match("^cc%.")
        return load(module and "/host/craftos/rom/rom/modules/main/" .. name:gsub("%.", "/") or name)
    end
    textutils = { unserializeJSON = require("cc.internal.json").decode }
    local urls = {}
    local function fetcher(response)
        return function(url)
            urls[#urls + 1] = url
            if not response.body then response.body = "" end
            return response
        end
    end
    local function outcome(act, ...)
        local ok, value = pcall(act, ...)
        if ok then return { ok, value, urls } end
        return { ok, { code = value.code, message = value.message, hint = value.hint }, urls }
    end
    local registry = require("/apis/ccpm/registry")`;

function baseUrl(registry: string): Outcome {
    return runLua(`return outcome(registry.baseUrl, ${toLua(registry)})`, { setup: SETUP })[0] as Outcome;
}

function fetchIndex(registry: string, response: Response): Outcome {
    return runLua(`return outcome(registry.fetchIndex, ${toLua(registry)}, fetcher(${toLua(response)}))`, {
        setup: SETUP,
    })[0] as Outcome;
}

function fetchFile(response: Response, to: { size: number; sha256: string }): Outcome {
    const change = {
        path: "apis/x.lua",
        package: "x",
        registry: "owner/repo",
        to,
    };
    return runLua(`return outcome(registry.fetchFile, ${toLua(change)}, fetcher(${toLua(response)}))`, {
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

    const body = JSON.stringify({ ...index, more: [1] }, undefined, 2);

    test("is asked for once, and checked", () => {
        const [ok, value, urls] = fetchIndex("http://r/x", { status: 200, body });
        expect(ok).toBe(true);
        expect(value).toMatchObject({ packages: { a: { dependencies: { b: "*" } } } });
        expect(value).not.toHaveProperty("more");
        expect(urls).toEqual(["http://r/x/packages/index.json"]);
    });

    test.each([
        ...FAILURES,
        [{ status: 404 }, "no_index", /owner\/repo is no registry/],
        [{ status: 200, body: "7" }, "bad_index", /owner\/repo is not valid: it is damaged/],
        [{ status: 200, body: "null" }, "bad_index", /owner\/repo is not valid: it is damaged/],
        [{ status: 200, body: "[]" }, "bad_index", /owner\/repo is not valid: version is not 1/],
        [{ status: 200, body: '{"version":2,"packages":{}}' }, "newer_index", /newer ccpm/],
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

    test("may begin with a byte order mark", () => {
        const marked = `\xef\xbb\xbf${body}`;
        expect(fetchIndex("owner/repo", { status: 200, body: marked })).toEqual(
            fetchIndex("owner/repo", { status: 200, body }),
        );
    });

    const utf16 = (text: string): string => Buffer.from(text, "utf16le").toString("latin1");
    const swapped = (text: string): string => Buffer.from(text, "utf16le").swap16().toString("latin1");
    test.each<[what: string, body: string, problem: string]>([
        ["a comment", body.replace("{\n", "{ // doors\n"), "line 1, column 3, at: // doors"],
        ["a trailing comma", '{"version":1,\n"packages":{},\n}', "line 3, column 1, at: }"],
        ["single quotes", "{'version':1}", "line 1, column 2, at: 'version':1}"],
        ["a value without quotes", '{"version": one}', "line 1, column 13, at: one}"],
        ["a page", "<!DOCTYPE html>\n<html>", "line 1, column 1, at: <!DOCTYPE html>"],
        ["escapes of a screen", '{"version":1} \x1b[2J\x07', "line 1, column 15, at: ?[2J?"],
        ["half of it", body.slice(0, 30), "it ends at line 3, column 13"],
        ["nothing", "", "it ends at line 1, column 1"],
        ["blanks", " \n ", "it ends at line 2, column 2"],
        ["a cut text", '{"version":1,\r\n"pack', "it ends at line 2, column 6"],
        ["UTF-16 with its mark", utf16(`\ufeff${body}`), "it is UTF-16, not UTF-8"],
        ["UTF-16 without it", utf16(body), "it is UTF-16, not UTF-8"],
        ["the other UTF-16", swapped(`\ufeff${body}`), "it is UTF-16, not UTF-8"],
        ["the other UTF-16 without it", swapped(body), "it is UTF-16, not UTF-8"],
        ["a line that is long", `{"a":${"b".repeat(200)}`, `line 1, column 6, at: ${"b".repeat(31)}`],
        ["a nest", "[".repeat(200_000), "it is nested too deeply"],
    ])("with %s is no JSON, and says where", (_what, text, problem) => {
        const [ok, failure] = fetchIndex("owner/repo", { status: 200, body: text });
        expect(ok).toBe(false);
        expect(failure).toMatchObject({
            code: "not_json",
            message: `The index of owner/repo is not JSON: ${problem}.`,
        });
    });

    test("with a package that is not as it should be has the others", () => {
        const broken = { version: 1, packages: { ...index.packages, b: { version: "one" } } };
        const [ok, value] = fetchIndex("owner/repo", { status: 200, body: JSON.stringify(broken) });
        expect(ok).toBe(true);
        expect(value).toMatchObject({ packages: { a: {} }, leftOut: { b: expect.any(String) as string } });
    });

    test("is not even read when it is too large", () => {
        const large = body + " ".repeat(524288 - body.length);
        expect(fetchIndex("owner/repo", { status: 200, body: large })[0]).toBe(true);
        expect(fetchIndex("owner/repo", { status: 200, body: `${large} ` })[1]).toMatchObject({
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
