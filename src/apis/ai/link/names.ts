/** The events by which programs and the link talk on one computer, and what the link says of itself. */

/** A program hands a message over: the message. */
export const SEND = "trapos_link_send";
/** The bridge has said something: the message. */
export const MESSAGE = "trapos_link_message";
/** A program wants to know what the link is at: a name of its own, which STATE has as well when it answers that. */
export const ASK = "trapos_link_ask";
/** What the link is at: a LinkState, and whom that answers. Comes by itself, too, when it changes. */
export const STATE = "trapos_link_state";
/** Waits in vain for STATE when it comes for the second time. */
export const NOBODY = "trapos_link_nobody";

/** What the link is at. */
export interface LinkState {
    /**
     * "unlinked": no bridge is set; "connecting"; "open"; "away": the bridge cannot be reached now; "refused": it does not
     * want this computer, and nothing mends that by itself.
     */
    readonly state: "unlinked" | "connecting" | "open" | "away" | "refused";
    /** Why it is away or refused: a code of codes.ts, and what its message names. */
    readonly code?: string;
    readonly detail?: Readonly<Record<string, string>>;
    /** As the bridge calls this computer, whose it is, and what the agent may do. */
    readonly name?: string;
    readonly owner?: string;
    readonly profile?: string;
    /** True where it polls the bridge, as websockets are off. */
    readonly isPolling?: boolean;
    /** Versions of the bridge and of opencode. */
    readonly bridge?: string;
    readonly opencode?: string;
}
