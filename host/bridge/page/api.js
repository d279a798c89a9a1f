/** What is asked of the bridge, and what is changed there. */
import { changed, store } from "./store.js";

/** What each request shows. It is kept for this address and its port alone: the cookie is sent to all ports of the machine. */
const GUARD = "trapos-guard";
export const guard = () => localStorage.getItem(GUARD) ?? "";

/** Keeps it from the login on, or forgets it. @param {string} [given] */
export const keepGuard = (given) =>
	given ? localStorage.setItem(GUARD, given) : localStorage.removeItem(GUARD);

/** Why something was not done, for people. */
export class Refused extends Error {}

/**
 * @param {string} name
 * @param {object} [body] what a change is sent with; without it is asked
 * @returns {Promise<any>}
 */
async function request(name, body) {
	/** @type {Response} */
	let response;
	try {
		response = await fetch(`/page/${name}`, {
			method: body === undefined ? "GET" : "POST",
			headers: { "content-type": "application/json", "x-trapos-guard": guard() },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
	} catch {
		throw new Refused("The bridge does not answer.");
	}
	const answer = await response.json().catch(() => ({}));
	if (response.ok) return answer;
	if (response.status === 401 && store.status === "open") {
		store.status = "login";
		changed();
	}
	throw new Refused(answer.error?.message ?? `The bridge says ${response.status}.`);
}

/** @param {string} name */
export const look = (name) => request(name);

/** @param {string} name @param {object} given */
export const change = (name, given) => request(name, given);

/** What an error says to people. @param {unknown} error */
export const wordsOf = (error) => (error instanceof Error ? error.message : String(error));
