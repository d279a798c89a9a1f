/** What the bridge says when it has started. */
import { describe, expect, test } from "vitest";
import { addressesOf, banner, type BannerFacts } from "../src/banner.ts";

const facts: BannerFacts = {
    addresses: ["127.0.0.1"],
    port: 4097,
    lan: false,
    approveLocal: false,
    directory: "/home/steve/agent",
    opencode: "opencode 1.18.33",
    page: "http://127.0.0.1:4097/login#0123abcd",
    program: "trapos-bridge",
};

describe("the banner", () => {
    test("says what to type in the game, which rule that needs, and what an agent may do", () => {
        expect(`\n${banner(facts).join("\n")}\n`).toBe(`
The bridge runs. opencode 1.18.33 works in /home/steve/agent.

On a computer in the game, type:
  wget run http://127.0.0.1:4097/install.lua

ComputerCraft denies private addresses. Put this rule above the one for "$private" in
serverconfig/computercraft-server.toml, and restart Minecraft's server:
  [[http.rules]]
      host = "127.0.0.1"
      port = 4097
      action = "allow"

The computer then shows a code:
  trapos-bridge approve CODE
It is linked as "talk" unless you say more. The agent answers. It reads no file of this machine and runs no command on it.

Your page, which answers this machine alone: http://127.0.0.1:4097/login#0123abcd

Ctrl+C ends it.
`);
    });

    test("says that its opencode was never tried", () => {
        const warning = "opencode 2.0.22 was never tried with this program.";
        const lines = banner({ ...facts, opencode: "opencode 2.0.22", warning });
        expect(lines.slice(0, 2)).toEqual([
            "The bridge runs. opencode 2.0.22 works in /home/steve/agent.",
            warning,
        ]);
    });

    test("says why no opencode works yet", () => {
        const { opencode: _, ...others } = facts;
        const away = "opencode on http://127.0.0.1:4096 cannot be reached: ECONNREFUSED.";
        expect(banner({ ...others, away })[0]).toBe(`The bridge runs, and tries again: ${away}`);
    });

    test("says with --lan what that means, each address, and what --approve-local does", () => {
        const lines = banner({
            ...facts,
            addresses: ["127.0.0.1", "192.168.1.5"],
            lan: true,
            approveLocal: true,
            program: "npm run bridge --",
        });
        expect(`\n${lines.join("\n")}\n`).toBe(`
The bridge runs. opencode 1.18.33 works in /home/steve/agent.

On a computer in the game, type the one that fits:
  wget run http://127.0.0.1:4097/install.lua
  wget run http://192.168.1.5:4097/install.lua

ComputerCraft denies private addresses. Put the rule of that one above the one for "$private" in
serverconfig/computercraft-server.toml, and restart Minecraft's server:
  [[http.rules]]
      host = "127.0.0.1"
      port = 4097
      action = "allow"
  [[http.rules]]
      host = "192.168.1.5"
      port = 4097
      action = "allow"

Computers on this machine are linked without asking you (--approve-local). Others show a code:
  npm run bridge -- approve CODE
It is linked as "talk" unless you say more. The agent answers. It reads no file of this machine and runs no command on it.

--lan: others on your network reach the bridge, too. Until you approve it a computer gets packages and a code, and
nothing else. What is said between them is not encrypted: whoever can listen in reads it, the computer's token, too.

Your page, which answers this machine alone: http://127.0.0.1:4097/login#0123abcd

Ctrl+C ends it.
`);
    });

    test("says where the login is to be had where others read what is printed", () => {
        expect(banner({ ...facts, page: "http://127.0.0.1:4097/" }).slice(-4)).toEqual([
            "Your page, which answers this machine alone: http://127.0.0.1:4097/",
            "What logs in to it says: trapos-bridge page",
            "",
            "Ctrl+C ends it.",
        ]);
    });

    test("writes an IPv6 address as addresses need it", () => {
        expect(banner({ ...facts, addresses: ["::1"] })).toContain(
            "  wget run http://[::1]:4097/install.lua",
        );
    });
});

describe("the addresses of a host", () => {
    const one = { netmask: "", mac: "", cidr: null };
    const interfaces = {
        lo: [{ ...one, address: "127.0.0.1", family: "IPv4" as const, internal: true }],
        eth0: [
            { ...one, address: "192.168.1.5", family: "IPv4" as const, internal: false },
            { ...one, address: "fe80::1", family: "IPv6" as const, internal: false, scopeid: 2 },
        ],
        none: undefined,
    };
    test.each([
        ["127.0.0.1", ["127.0.0.1"]],
        ["192.168.1.5", ["192.168.1.5"]],
        ["0.0.0.0", ["127.0.0.1", "192.168.1.5"]],
        ["::", ["127.0.0.1", "192.168.1.5"]],
    ])("%s", (host, addresses) => {
        expect(addressesOf(host, interfaces)).toEqual(addresses);
    });
});
