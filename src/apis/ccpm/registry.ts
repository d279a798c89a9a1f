/** Registries: where one is found, and what it serves. */
import { decode } from "../json";
import { fail } from "./failure";
import { checkIndex, INDEX_BYTES } from "./formats";
import { sha256 } from "./sha256";
import type { Fetched, FileChange, Index, Result } from "./types";

/** Fetches a URL: `Environment`'s. */
type Fetch = (this: void, url: string) => Fetched;

const match = string.match as (text: string, pattern: string) => LuaMultiReturn<(string | undefined)[]>;

/** What the formats of ccpm's files hold of a registry. */
const LONGEST = 200;
const INDEX_PATH = "packages/index.json";

/**
 * Where a registry's files are.
 * @param registry an http(s) URL, also that of its install.lua, or `owner/repo[@branch]` of GitHub, also as the address of its page
 * @returns `true` and the URL, which ends in "/"; or `false` and the failure
 */
export function baseUrl(registry: string): Result<string> {
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
    if (base === undefined || registry.length > LONGEST) {
        return $multi(false as const, fail("bad_registry", { registry: string.sub(registry, 1, 40) }));
    }
    return $multi(true as const, base + "/");
}

function fetchText(fetch: Fetch, base: string, registry: string, path: string): Result<string> {
    const answer = fetch(base + path);
    const { status, reason } = answer;
    if (status === 200) return $multi(true as const, answer.body);
    let code = "server_error";
    if (status === 401 || status === 403) code = "no_entry";
    if (status === 404) code = path === INDEX_PATH ? "no_index" : "file_missing";
    if (status === undefined) code = "network_error";
    if (reason === "http is disabled") code = "http_disabled";
    if (reason === "Domain not permitted") code = "address_denied";
    return $multi(false as const, fail(code, { registry, path, status, what: reason }));
}

/**
 * Fetches what a registry offers, in one request.
 * @param registry as the player wrote it
 * @param fetch fetches a URL
 * @returns `true` and the index, checked; or `false` and the failure
 */
export function fetchIndex(registry: string, fetch: Fetch): Result<Index> {
    const [ok, base] = baseUrl(registry);
    if (!ok) return $multi(false as const, base);
    const [fetched, text] = fetchText(fetch, base, registry, INDEX_PATH);
    if (!fetched) return $multi(false as const, text);
    let what = "it is too large";
    let code = "bad_index";
    if (text.length <= INDEX_BYTES) {
        const value = decode(text);
        const [valid, index, isNewer] = checkIndex(value);
        if (valid) return $multi(true as const, index);
        what = index;
        // Such as a page that says that there is nothing.
        if (type(value) !== "table") code = "no_index";
        if (isNewer) code = "newer_index";
    }
    return $multi(false as const, fail(code, { registry, what }));
}

/**
 * Fetches a file and compares it with what its registry said of it.
 * @param change a change that has `to` and `registry`, whose address is one
 * @param fetch fetches a URL
 * @returns `true` and the file's bytes; or `false` and the failure
 */
export function fetchFile(change: FileChange, fetch: Fetch): Result<string> {
    const to = change.to!;
    const path = change.path;
    const registry = change.registry!;
    const [, base] = baseUrl(registry);
    const [ok, content] = fetchText(fetch, base as string, registry, path);
    if (!ok) return $multi(false as const, content);
    if (content.length === to.size && sha256(content) === to.sha256) return $multi(true as const, content);
    return $multi(false as const, fail("wrong_content", { registry, path }));
}
