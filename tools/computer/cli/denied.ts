/** Private addresses that a computer was not let through to, and what to do about it. */
export interface DeniedAddresses {
    /** What `http.onDenied` of a computer takes. */
    readonly onDenied: (host: string, port: number) => void;
    /** What a status line says: which was denied last, else what it says otherwise. */
    status(otherwise: string): string;
    /** A line for each of them. */
    lines(): string[];
}

/** Notes which addresses are denied. */
export function deniedAddresses(): DeniedAddresses {
    const found: string[] = [];
    return {
        onDenied(host, port) {
            const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
            if (found.includes(address)) found.splice(found.indexOf(address), 1);
            found.push(address);
        },
        status: (otherwise) => (found.length === 0 ? otherwise : `denied: ${found.at(-1)}, see --http-allow`),
        lines: () =>
            found.map(
                (address) =>
                    `${address} was denied, as private addresses are in the game. To allow it: --http-allow ${address}`,
            ),
    };
}
