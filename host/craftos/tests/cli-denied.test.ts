import { expect, test } from "vitest";
import { deniedAddresses } from "../src/cli/denied.ts";

test("each denied address is told once, with what would allow it, the last at the end", () => {
    const denied = deniedAddresses();
    expect(denied.lines()).toEqual([]);
    expect(denied.status("disk")).toBe("disk");
    denied.onDenied("127.0.0.1", 80);
    denied.onDenied("::1", 4096);
    denied.onDenied("127.0.0.1", 80);
    expect(denied.status("disk")).toBe("denied: 127.0.0.1:80, see --http-allow");
    expect(denied.lines().map((line) => line.split(" ")[0])).toEqual(["[::1]:4096", "127.0.0.1:80"]);
    expect(denied.lines()[0]).toMatch(/--http-allow \[::1\]:4096$/);
});

test("of a program that asks for all addresses there are, the last ten are told", () => {
    const denied = deniedAddresses();
    for (let count = 0; count < 10_000; count++) denied.onDenied(`10.0.${count >> 8}.${count & 255}`, 80);
    const lines = denied.lines();
    expect(lines).toHaveLength(11);
    expect(lines[0]).toMatch(/^More private addresses were denied\./);
    expect(lines[10]).toMatch(/^10\.0\.39\.15:80 /);
});
