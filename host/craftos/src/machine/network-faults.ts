/** What can go wrong between a computer and a server, made to happen. */
export type NetworkFault =
    /** Nothing answers at the address. */
    | "refuse"
    /** The connection stands and nothing ever comes: the program waits for its timeout. */
    | "hang"
    /** The request reaches the server and the connection ends after so many bytes of the answer's body. */
    | { readonly cutAfterBytes: number }
    /** Something on the way answers in the server's place, with a status such as 503. */
    | { readonly status: number; readonly body?: string }
    /** The request leaves the computer so many seconds late. */
    | { readonly delaySeconds: number };

export interface FaultyRequest {
    /** Counted from 1 since the faults were set, redirects and websockets too. */
    readonly number: number;
    readonly url: string;
    /** GET for a websocket. */
    readonly method: string;
}

/** One fault for every request, or what decides for each. */
export type NetworkFaults = NetworkFault | ((request: FaultyRequest) => NetworkFault | undefined);

export class NetworkFaultPlan {
    private faults: NetworkFaults | undefined;
    private count = 0;

    constructor(faults: NetworkFaults | undefined) {
        this.faults = faults;
    }

    /** Counts requests anew and has them go wrong in another way, or not at all. */
    set(faults: NetworkFaults | undefined): void {
        this.faults = faults;
        this.count = 0;
    }

    /** What is to happen to the next request. */
    next(url: string, method: string): NetworkFault | undefined {
        const number = ++this.count;
        return typeof this.faults === "function" ? this.faults({ number, url, method }) : this.faults;
    }
}
