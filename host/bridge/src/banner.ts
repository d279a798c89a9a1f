/** What the bridge says when it has started. */
import { networkInterfaces } from "node:os";
import { isIPv6 } from "node:net";
import { profileMeaning } from "./profiles.ts";

/** What is said. */
export interface BannerFacts {
    /** The addresses of this machine by which a computer may reach it, without ports. */
    readonly addresses: readonly string[];
    readonly port: number;
    readonly lan: boolean;
    readonly approveLocal: boolean;
    /** Where the agent works. */
    readonly directory: string;
    /** Which opencode works there, as in "opencode 1.18.33"; absent where none does yet. */
    readonly opencode?: string | undefined;
    /** Where that one was never tried: one line. */
    readonly warning?: string | undefined;
    /** Why none does, in a sentence. */
    readonly away?: string | undefined;
    /** The owner's page. */
    readonly page: string;
    /** How this program is called. */
    readonly program: string;
}

/**
 * The addresses by which a computer may reach what listens on a host.
 * @param interfaces this machine's
 */
export function addressesOf(host: string, interfaces = networkInterfaces()): string[] {
    if (host !== "0.0.0.0" && host !== "::") return [host];
    const all = Object.values(interfaces).flatMap((found) => found ?? []);
    const theirs = all.filter(({ family, internal }) => family === "IPv4" && !internal);
    // Minecraft's server may be on this machine itself.
    return ["127.0.0.1", ...theirs.map(({ address }) => address)];
}

/** @returns what is said, a line each */
export function banner(facts: BannerFacts): string[] {
    const { addresses, port, lan, approveLocal, directory, opencode, warning, away, page, program } = facts;
    const several = addresses.length > 1;
    const inUrl = (address: string): string => (isIPv6(address) ? `[${address}]` : address);
    return [
        opencode === undefined
            ? `The bridge runs, and tries again: ${away ?? "opencode does not answer yet."}`
            : `The bridge runs. ${opencode} works in ${directory}.`,
        ...(warning === undefined ? [] : [warning]),
        "",
        several ? "On a computer in the game, type the one that fits:" : "On a computer in the game, type:",
        ...addresses.map((address) => `  wget run http://${inUrl(address)}:${port}/install.lua`),
        "",
        `ComputerCraft denies private addresses. Put ${several ? "the rule of that one" : "this rule"} above the one for "$private" in`,
        "serverconfig/computercraft-server.toml, and restart Minecraft's server:",
        ...addresses.flatMap((address) => [
            "  [[http.rules]]",
            `      host = "${address}"`,
            `      port = ${port}`,
            '      action = "allow"',
        ]),
        "",
        approveLocal
            ? "Computers on this machine are linked without asking you (--approve-local). Others show a code:"
            : "The computer then shows a code:",
        `  ${program} approve CODE`,
        `It is linked as "talk" unless you say more. ${profileMeaning.talk}`,
        ...(lan
            ? [
                  "",
                  "--lan: others on your network reach the bridge, too. Until you approve it a computer gets packages and a code, and",
                  "nothing else. What is said between them is not encrypted: whoever can listen in reads it, the computer's token, too.",
              ]
            : []),
        "",
        `Your page, which answers this machine alone: ${page}`,
        ...(page.includes("#") ? [] : [`What logs in to it says: ${program} page`]),
        "",
        "Ctrl+C ends it.",
    ];
}
