/** Private addresses that a computer was not let through to, and what to do about it. */
export interface DeniedAddresses {
    /** What `http.onDenied` of a computer takes. */
    readonly onDenied: (host: string, port: number) => void;
    /** What a status line says: which was denied last, else what it says otherwise. */
    status(otherwise: string): string;
    /** A line for each of them. */
    lines(): string[];
}

/** So many addresses are told, the last ones: a program can ask for any number of them. */
const MOST_TOLD = 10;

/** Notes which addresses are denied. */
export function deniedAddresses(): DeniedAddresses {
    const found: string[] = [];
    let areMore = false;
    return {
        onDenied(host, port) {
            const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
            if (found.includes(address)) found.splice(found.indexOf(address), 1);
            found.push(address);
            if (found.length <= MOST_TOLD) return;
            found.shift();
            areMore = true;
        },
        status: (otherwise) => (found.length === 0 ? otherwise : `denied: ${found.at(-1)}, see --http-allow`),
        lines: () => [
            ...(areMore ? [`More private addresses were denied. These are the last ${MOST_TOLD}:`] : []),
            ...found.map(
                (address) =>
                    `${address} was denied, as private addresses are in the game. To allow it: --http-allow ${address}`,
            ),
        ],
    };
}
