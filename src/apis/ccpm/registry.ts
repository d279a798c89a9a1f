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

/** CC's reasons why no answer came, and the failures that they are. */
const REASONS: Record<string, string | undefined> = {
    "http is disabled": "http_disabled",
    "Domain not permitted": "address_denied",
    "Timed out": "timed_out",
    "Could not connect": "cannot_connect",
    "Unknown host": "cannot_connect",
};

/**
 * Where a registry's files are.
 * @param registry an http(s) URL, or `owner/repo[@branch]` of GitHub
 * @returns `true` and the URL, which ends in "/"; or `false` and the failure
 */
export function baseUrl(registry: string): Result<string> {
    const [address] = match(registry, "^(https?://[%w%[][%w%[%]:/@%%._~+-]-)/*$");
    const [owner, repository, at, branch] = match(registry, "^([%w-]+)/([%w._-]+)(@?)([%w._/-]*)$");
    const isOnGitHub = owner !== undefined && (at === "") === (branch === "");
    if (registry.length > LONGEST || (address === undefined && !isOnGitHub)) {
        return $multi(false as const, fail("bad_registry", { registry: string.sub(registry, 1, 40) }));
    }
    if (address !== undefined) return $multi(true as const, address + "/");
    const place = branch === "" ? "HEAD" : branch!;
    return $multi(true as const, `https://raw.githubusercontent.com/${owner!}/${repository!}/${place}/`);
}

function fetchText(fetch: Fetch, url: string, registry: string, path: string, missing: string): Result<string> {
    const { status, body, reason } = fetch(url);
    if (status === 200) return $multi(true as const, body);
    if (status === undefined) {
        return $multi(false as const, fail(REASONS[reason ?? ""] ?? "network_error", { registry, what: reason }));
    }
    return $multi(false as const, fail(status === 404 ? missing : "server_error", { registry, path, status }));
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
    const [fetched, text] = fetchText(fetch, base + INDEX_PATH, registry, INDEX_PATH, "no_index");
    if (!fetched) return $multi(false as const, text);
    if (text.length > INDEX_BYTES) return $multi(false as const, fail("bad_index", { registry, what: "it is too large" }));
    const [valid, index] = checkIndex(decode(text));
    if (!valid) return $multi(false as const, fail("bad_index", { registry, what: index }));
    return $multi(true as const, index);
}

/**
 * Fetches a file and compares it with what its registry said of it.
 * @param change a change that has `to` and `registry`, whose address is one
 * @param fetch fetches a URL
 * @returns `true` and the file's bytes; or `false` and the failure
 */
export function fetchFile(change: FileChange, fetch: Fetch): Result<string> {
    const registry = change.registry!;
    const path = change.path;
    const [, base] = baseUrl(registry);
    const [ok, content] = fetchText(fetch, (base as string) + path, registry, path, "file_missing");
    if (!ok) return $multi(false as const, content);
    if (content.length !== change.to!.size || sha256(content) !== change.to!.sha256) {
        return $multi(false as const, fail("wrong_content", { registry, path }));
    }
    return $multi(true as const, content);
}
