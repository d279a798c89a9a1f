/** What a browser gets, and how. */
import { readdirSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readPageFiles } from "../../src/page/files.ts";
import { startStandIn } from "../security/stand-in.ts";

/** As it comes over the wire. */
function fetchRaw(
    url: string,
    headers: Record<string, string>,
): Promise<{ headers: Record<string, unknown>; body: Buffer }> {
    return new Promise((resolve, reject) => {
        get(url, { headers }, (response) => {
            const pieces: Buffer[] = [];
            response.on("data", (piece: Buffer) => pieces.push(piece));
            response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(pieces) }));
        }).on("error", reject);
    });
}

test("all files are there, also the libraries, compressed for whoever takes that", async () => {
    const { files } = readPageFiles();
    for (const name of readdirSync(join(import.meta.dirname, "../../page")))
        if (/\.(js|css|svg)$/.test(name)) expect(files.has(`/page/${name}`), name).toBe(true);
    const { url } = await startStandIn();
    for (const [path, { content }] of files) {
        const plain = await fetchRaw(url + path, {});
        expect(plain.body.equals(content), path).toBe(true);
        expect(plain.headers["content-encoding"]).toBeUndefined();
        const zipped = await fetchRaw(url + path, { "accept-encoding": "br, gzip;q=0.8" });
        expect(zipped.headers["content-encoding"], path).toBe("gzip");
        expect(gunzipSync(zipped.body).equals(content), path).toBe(true);
        for (const { headers } of [plain, zipped]) {
            expect(headers["vary"]).toBe("Accept-Encoding");
            expect(headers["content-security-policy"]).toContain("default-src 'none'");
        }
    }
});
