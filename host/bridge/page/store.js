/** All that the page knows, and who is told when that changes. */
import { useLayoutEffect, useState } from "preact/hooks";

/** @typedef {import("./types.d.ts").Sections} Sections */

/** @returns {Sections} */
export const noSections = () => ({
	health: new Map(),
	pairings: new Map(),
	asks: new Map(),
	turns: new Map(),
	jobs: new Map(),
	computers: new Map(),
	owners: new Map(),
});

export const store = {
	/** @type {"starting" | "login" | "open"} */
	status: "starting",
	/** Whether the bridge is heard. */
	isHeard: true,
	/** Why not, where it has said so. */
	why: "",
	/** The bridge's clock less this one. */
	ahead: 0,
	/** @type {Readonly<Record<string, string>>} */
	profiles: {},
	sections: noSections(),
	/** The turn that is looked at: what it has said, and how it has ended.
	 * @type {{ turn: string, items: import("./types.d.ts").LiveItem[], end?: string } | undefined} */
	live: undefined,
	/** @type {import("./types.d.ts").Screen | undefined} */
	screen: undefined,
	/** What was said last of something that was done.
	 * @type {{ text: string, isBad: boolean } | undefined} */
	news: undefined,
	/** The dialog that is open. @type {unknown} */
	dialog: undefined,
};

/** @type {Set<() => void>} */
const listeners = new Set();

export function changed() {
	for (const listener of listeners) listener();
}

/** Has what calls it shown anew after each change. */
export function useStore() {
	const [, set] = useState(0);
	// At once: what changes before the first picture is not to be missed.
	useLayoutEffect(() => {
		const listener = () => set((count) => count + 1);
		listeners.add(listener);
		return () => void listeners.delete(listener);
	}, []);
	return store;
}

/** Now, by the bridge's clock. */
export const now = () => Date.now() + store.ahead;

/** @param {unknown} dialog */
export function openDialog(dialog) {
	store.dialog = dialog;
	changed();
}

/** @param {string} text @param {boolean} [isBad] */
export function tell(text, isBad = false) {
	store.news = { text, isBad };
	changed();
}
