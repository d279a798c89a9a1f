import { lookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";
import { type Address as HttpAddress, portOf } from "./http-address.ts";

/**
 * Which hosts a computer may talk to. CC's default: private addresses are denied, everything else is allowed. What a
 * test allows is looked at first.
 */

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type HostRule = (host: string, address: Address) => boolean;
type Rule = (host: string, address: Address, port: number) => boolean;

const privateRanges = new Set([
    "unspecified",
    "loopback",
    "linkLocal",
    "private",
    "multicast",
    "uniqueLocal",
    "carrierGradeNat",
    "deprecatedSiteLocal",
]);

/** Addresses by which cloud providers reach their own services, beyond the ranges. Source: CC: Tweaked's $private. */
const privateAddresses = new Set(["192.0.0.192"]);

/** Translates to IPv4 within a network, by rules of its own. Source: RFC 8215. */
const localTranslation = ipaddr.IPv6.parseCIDR("64:ff9b:1::/48");

function isPrivate(address: Address): boolean {
    if (address.kind() === "ipv6" && address.match(localTranslation)) return true;
    return privateRanges.has(address.range()) || privateAddresses.has(address.toString());
}

/** Which bytes of an IPv6 address are the IPv4 address that it stands for, by range. 0xff: they are inverted. */
const embedded: Readonly<Record<string, { from: number; inverted: number }>> = {
    ipv4Mapped: { from: 12, inverted: 0 },
    rfc6145: { from: 12, inverted: 0 },
    rfc6052: { from: 12, inverted: 0 },
    "6to4": { from: 2, inverted: 0 },
    teredo: { from: 12, inverted: 0xff },
};

/** The IPv4 address that an IPv6 one stands for, which the network may translate it to, else the address itself. */
function plainAddress(text: string): Address {
    const address = ipaddr.parse(text);
    const found = address.kind() === "ipv6" ? embedded[address.range()] : undefined;
    if (found === undefined) return address;
    const bytes = address.toByteArray().slice(found.from, found.from + 4);
    return new ipaddr.IPv4(bytes.map((byte) => byte ^ found.inverted));
}

/** A pattern for hosts, and the port behind a colon, if there is one. An IPv6 address before a port is in brackets. */
const withPort = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/;

/**
 * @param pattern as for `parseHostRule`, and perhaps the port behind it: "127.0.0.1:4096", "[::1]:4096"
 * @throws Error for a range or a port that is none
 */
function parseRule(pattern: string): Rule {
    const [, inBrackets, plain, port] = withPort.exec(pattern) ?? [];
    const rule = parseHostRule(inBrackets ?? plain ?? pattern);
    if (port === undefined) return rule;
    if (Number(port) > 65_535)
        throw new Error(`http.allow: ${JSON.stringify(pattern)} has no port up to 65535`);
    return (host, address, asked) => asked === Number(port) && rule(host, address);
}

/**
 * @param pattern "$private", a range such as "10.0.0.0/8", or a host name or address in which * stands for anything
 * @throws Error for a range that is none
 */
function parseHostRule(pattern: string): HostRule {
    if (pattern.toLowerCase() === "$private") return (_, address) => isPrivate(address);
    if (pattern.includes("/")) {
        const [base = ""] = pattern.split("/");
        // The library takes shortened addresses too; CC does not.
        const valid = ipaddr.IPv4.isValidFourPartDecimal(base) || ipaddr.IPv6.isValid(base);
        if (!valid || !ipaddr.isValidCIDR(pattern)) {
            throw new Error(`http.allow: ${JSON.stringify(pattern)} is no address range such as 127.0.0.0/8`);
        }
        const range = ipaddr.parseCIDR(pattern);
        return (_, address) => address.kind() === range[0].kind() && address.match(range);
    }
    const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
    const expression = new RegExp(`^${escaped}$`, "i");
    return (host, address) => expression.test(host) || expression.test(address.toString());
}

/** A refusal, in the words that the program sees. */
export class HttpError extends Error {}

export class HttpRules {
    private readonly allowed: Rule[];
    private readonly onDenied: ((host: string, port: number) => void) | undefined;

    /**
     * @param allow patterns that are let through although they are private
     * @param onDenied is called with each address that is denied
     */
    constructor(allow: readonly string[], onDenied?: (host: string, port: number) => void) {
        this.allowed = allow.map(parseRule);
        this.onDenied = onDenied;
    }

    /**
     * Looks a host up and checks it. Connect to the returned address and to no other, or the name could point
     * elsewhere by then.
     * @throws HttpError "Unknown host" or "Domain not permitted"
     */
    async resolve(target: HttpAddress): Promise<{ address: string; family: number }> {
        const name = target.host.replace(/^\[|\]$/g, "");
        let found: { address: string; family: number };
        try {
            found = await lookup(name);
        } catch {
            throw new HttpError("Unknown host");
        }
        const address = plainAddress(found.address);
        const port = portOf(target);
        if (isPrivate(address) && !this.allowed.some((rule) => rule(name, address, port))) {
            this.onDenied?.(name, port);
            throw new HttpError("Domain not permitted");
        }
        return found;
    }
}
