/** What the bridge tells as it happens. */
import { guard, look as ask } from "./api.js";
import { changed, noSections, now, store } from "./store.js";

/** @typedef {import("./types.d.ts").Change} Change */
/** @typedef {import("./types.d.ts").LiveItem} LiveItem */

/** @type {EventSource | undefined} */
let source;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** What is looked at besides the lists. @type {{ turn?: string, computer?: string }} */
let looked = {};

/** @param {Record<string, Change>} changes */
function apply(changes) {
	for (const [name, { set, gone }] of Object.entries(changes)) {
		/** @type {Map<string, unknown>} */
		const section = /** @type {any} */ (store.sections)[name];
		for (const key of gone) section.delete(key);
		for (const [key, entry] of set) section.set(key, entry);
	}
}

/** Takes all that there is. @param {any} state */
function takeState({ sections, ...rest }) {
	store.ahead = rest.now - Date.now();
	if (rest.profiles) store.profiles = rest.profiles;
	store.sections = noSections();
	apply(sections);
}

/** @param {any} message */
function takeLive(message) {
	const { live } = store;
	if (!live) return;
	const { items } = live;
	if (message.type === "text") {
		const found = items.findIndex(({ id }) => id === message.part);
		const text = (items[found]?.text ?? "") + message.text;
		const item = { kind: message.kind, id: message.part, text };
		if (found < 0) items.push(item);
		else items[found] = item;
	} else if (message.type === "tool") {
		const { tool, title, status, message: failure } = message.call;
		const running = items.findIndex((item) => item.tool === tool && item.status === "running");
		const item = /** @type {LiveItem} */ ({ kind: "tool", tool, title, status, failure });
		if (running < 0) items.push(item);
		else items[running] = item;
	} else if (["done", "failed", "gone"].includes(message.type)) live.end = message.code ?? message.type;
}

/** Looks whether the login still holds, and tries again. */
async function tryAgain() {
	try {
		const state = await ask("state");
		takeState(state);
		// It is heard once it tells of changes, too.
		store.why = state.hasRoom ? "" : "The page is open too often: close it somewhere else.";
		open();
	} catch (error) {
		store.why = String(/** @type {Error} */ (error).message);
		if (store.status === "open") timer = setTimeout(tryAgain, 2000);
	}
	changed();
}

function open() {
	close();
	const query = new URLSearchParams(
		Object.entries({ ...looked, guard: guard() }).filter(([, value]) => value),
	);
	source = new EventSource(`/page/events?${query}`);
	/** @param {string} name @param {(data: any) => void} take */
	const on = (name, take) =>
		source?.addEventListener(name, (event) => {
			take(JSON.parse(event.data));
			changed();
		});
	on("state", (state) => {
		takeState(state);
		Object.assign(store, { isHeard: true, why: "" });
		if (looked.turn) store.live = { turn: looked.turn, items: [] };
	});
	on("change", apply);
	on("live", takeLive);
	on("screen", (screen) => (store.screen = { ...screen, at: screen.at ?? now() }));
	source.onerror = () => {
		store.isHeard = false;
		changed();
		// A browser tries again by itself where there was no answer, and gives up where there was another one.
		if (source?.readyState === EventSource.CLOSED) timer = setTimeout(tryAgain, 1000);
	};
}

/** Takes all that there is, and is told of what changes from then on. */
export async function begin() {
	takeState(await ask("state"));
	store.status = "open";
	open();
	changed();
}

export function close() {
	clearTimeout(timer);
	source?.close();
	source = undefined;
}

/** Looks at a turn or a computer, too; or at none of them any more. @param {{ turn?: string, computer?: string }} next */
export function lookAt(next) {
	if (next.turn === looked.turn && next.computer === looked.computer) return;
	looked = next;
	store.live = next.turn ? { turn: next.turn, items: [] } : undefined;
	store.screen = undefined;
	if (source) open();
	changed();
}
