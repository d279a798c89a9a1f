/** Registries: where one is found, and what it serves. */
import { raise, type Code } from "./failure";
import { plain } from "./checking";
import { checkIndex, INDEX_BYTES } from "./formats";
import { sha256 } from "./sha256";
import type { Fetched, FileChange, Offers } from "./types";

/** Fetches a URL: `Environment`'s. */
type Fetch = (this: void, url: string) => Fetched;

const match = string.match as (text: string, pattern: string) => LuaMultiReturn<(string | undefined)[]>;

/** What the formats of ccpm's files hold of a registry. */
const LONGEST = 200;
const INDEX_PATH = "packages/index.json";

/**
 * Where a registry's files are.
 * @param registry an http(s) URL, also that of its install.lua, or `owner/repo[@branch]` of GitHub, also as the address of its page
 * @returns the URL, which ends in "/"; nothing where it is no registry's address
 */
export function addressOf(registry: string): string | undefined {
    const [address] = match(
        string.gsub(registry, "/install%.lua$", "")[0],
        "^(https?://[%w%[][%w%[%]:/@%%._~+-]-)/*$",
    );
    const [page] = match(registry, "^https://github%.com/(.-)/*$");
    const [repository, at, branch] = match(
        page === undefined ? registry : string.gsub(page, "%.git$", "")[0],
        "^([%w-]+/[%w._-]+)(@?)([%w._/-]*)$",
    );
    let base = address;
    if (repository !== undefined && (at === "") === (branch === "")) {
        base = `https://raw.githubusercontent.com/${repository}/${branch === "" ? "HEAD" : branch!}`;
    }
    return base === undefined || registry.length > LONGEST ? undefined : base + "/";
}

/** The same, which fails with `bad_registry` where it is no registry's address. */
export function baseUrl(registry: string): string {
    return addressOf(registry) ?? raise("bad_registry", { registry: string.sub(registry, 1, 40) });
}

function fetchText(fetch: Fetch, base: string, registry: string, path: string): string {
    const answer = fetch(base + path);
    const { status, reason } = answer;
    if (status === 200) return answer.body;
    let code: Code = "server_error";
    if (status === 401 || status === 403) code = "no_entry";
    if (status === 404) code = path === INDEX_PATH ? "no_index" : "file_missing";
    if (status === undefined) code = "network_error";
    if (reason === "http is disabled") code = "http_disabled";
    if (reason === "Domain not permitted") code = "address_denied";
    return raise(code, { registry, path, status, what: reason });
}

/** Where in a text a reader stopped, as a person looks for it: "line 3, column 7, at: // doors". */
function placeIn(text: string, position: number): string {
    const before = string.sub(text, 1, position - 1);
    const [line, breaks] = string.gsub(before, "[^\n]*\n", "");
    const place = `line ${breaks + 1}, column ${line.length + 1}`;
    const [rest] = string.match(string.sub(text, position, position + 30), "^%s*([^\r\n]*)");
    return rest === "" ? `it ends at ${place}` : `${place}, at: ${plain(rest!)}`;
}

/** What some editors begin a file of UTF-8 with. */
const BYTE_ORDER_MARK = string.char(0xef, 0xbb, 0xbf);

/** Whether a text begins as one of UTF-16 does, with its own mark or with half of a character of ASCII. */
function isUtf16(text: string): boolean {
    const [first, second] = string.byte(text, 1, 2);
    return (
        first === 0 ||
        second === 0 ||
        (first === 0xff && second === 0xfe) ||
        (first === 0xfe && second === 0xff)
    );
}

/** CC's reader: what a text holds, or undefined and why it cannot be read. */
const readStrictly = textutils.unserializeJSON as (
    this: void,
    text: string,
    options: object,
) => LuaMultiReturn<[value: unknown, problem?: string]>;

/** Reads JSON as people write it: what it holds, or undefined and what keeps it from being read. */
function readJson(given: string): LuaMultiReturn<[value: unknown, problem?: string]> {
    const text = string.sub(given, 1, 3) === BYTE_ORDER_MARK ? string.sub(given, 4) : given;
    if (isUtf16(text)) return $multi(undefined, "it is UTF-16, not UTF-8");
    let value: unknown;
    let problem: string | undefined;
    const [ok] = pcall(() => {
        [value, problem] = readStrictly(text, { parse_empty_array: false });
    });
    if (!ok) return $multi(undefined, "it is nested too deeply");
    if (problem === undefined) return $multi(value);
    const [position] = string.match(problem, "position (%d+)");
    return $multi(undefined, position === undefined ? plain(problem) : placeIn(text, tonumber(position)!));
}

/**
 * Fetches what a registry offers, in one request.
 * @param registry as the player wrote it
 * @param fetch fetches a URL
 * @returns what it offers, checked
 */
export function fetchIndex(registry: string, fetch: Fetch): Offers {
    const text = fetchText(fetch, baseUrl(registry), registry, INDEX_PATH);
    if (text.length > INDEX_BYTES) raise("bad_index", { registry, what: "it is too large" });
    const [value, problem] = readJson(text);
    if (problem !== undefined) raise("not_json", { registry, what: problem });
    const [valid, offers, isNewer] = checkIndex(value);
    if (valid) return offers;
    return raise(isNewer ? "newer_index" : "bad_index", { registry, what: offers });
}

/**
 * Fetches a file and compares it with what its registry said of it.
 * @param change a change that has `to` and `registry`
 * @param fetch fetches a URL
 * @returns the file's bytes
 */
export function fetchFile(change: FileChange, fetch: Fetch): string {
    const to = change.to!;
    const path = change.path;
    const registry = change.registry!;
    const content = fetchText(fetch, baseUrl(registry), registry, path);
    if (content.length === to.size && sha256(content) === to.sha256) return content;
    return raise("wrong_content", { registry, path });
}
