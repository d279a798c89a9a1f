import { lookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";

/**
 * Which hosts a computer may talk to. CC's default: private addresses are denied, everything else is allowed. What a
 * test allows is looked at first.
 */

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Rule = (host: string, address: Address) => boolean;

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

function isPrivate(address: Address): boolean {
    return privateRanges.has(address.range()) || privateAddresses.has(address.toString());
}

/** The IPv4 address that an IPv6 one stands for (mapped, or 6to4), else the address itself. */
function plainAddress(text: string): Address {
    const address = ipaddr.parse(text);
    if (address.kind() === "ipv4") return address;
    const six = address as ipaddr.IPv6;
    if (six.isIPv4MappedAddress()) return six.toIPv4Address();
    if (six.range() === "6to4") return new ipaddr.IPv4(six.toByteArray().slice(2, 6));
    return six;
}

/**
 * @param pattern "$private", a range such as "10.0.0.0/8", or a host name or address in which * stands for anything
 * @throws Error for a range that is none
 */
function parseRule(pattern: string): Rule {
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

    /** @param allow patterns that are let through although they are private */
    constructor(allow: readonly string[]) {
        this.allowed = allow.map(parseRule);
    }

    /**
     * Looks a host up and checks it. Connect to the returned address and to no other, or the name could point
     * elsewhere by then.
     * @throws HttpError "Unknown host" or "Domain not permitted"
     */
    async resolve(host: string): Promise<{ address: string; family: number }> {
        const name = host.replace(/^\[|\]$/g, "");
        let found: { address: string; family: number };
        try {
            found = await lookup(name);
        } catch {
            throw new HttpError("Unknown host");
        }
        const address = plainAddress(found.address);
        if (isPrivate(address) && !this.allowed.some((rule) => rule(name, address))) {
            throw new HttpError("Domain not permitted");
        }
        return found;
    }
}
