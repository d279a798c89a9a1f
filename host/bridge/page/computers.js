/** The computers that are linked. */
import { age, html, List, Said, some } from "./parts.js";
import { store } from "./store.js";

/** @typedef {import("./types.d.ts").Computer} Computer */

/** @param {import("./types.d.ts").Computer["limits"]} [limits] */
export function limitsText(limits = {}) {
	const { turnsAtOnce, promptsPerHour, tokensPerDay, costPerDay } = limits;
	const parts = [
		turnsAtOnce !== undefined && `${some(turnsAtOnce, "turn")} at once`,
		promptsPerHour !== undefined && `${some(promptsPerHour, "prompt")} an hour`,
		tokensPerDay !== undefined && `${some(tokensPerDay, "token")} a day`,
		costPerDay !== undefined && `$${costPerDay} a day`,
	].filter(Boolean);
	return parts.length === 0 ? "none" : parts.join(", ");
}

/** @param {{ isOnline: boolean, heardAt?: number }} computer */
export const seen = ({ isOnline, heardAt }) =>
	isOnline
		? html`<span class="state ok">online</span>`
		: html`<span class="state off">${heardAt ? `seen ${age(heardAt)} ago` : "away"}</span>`;

/** @param {Computer} computer */
function row({ id, name, owner, profile, gameId, limits: limited, ...rest }) {
	const limits = limitsText(limited);
	return html`<li key=${id}>
		<a href=${`#/computers/${id}`}><${Said} text=${name} /></a> ${seen(rest)}
		<p class="quiet">
			<${Said} text=${owner} />, ${profile}, computer ${gameId}${limits !== "none" && `, limits: ${limits}`}
		</p>
	</li>`;
}

const { compare } = new Intl.Collator();

export function Computers() {
	const all = [...store.sections.computers.values()].sort(
		(a, b) => Number(b.isOnline) - Number(a.isOnline) || compare(a.name, b.name),
	);
	return html`<h1>Computers</h1>
		<${List}
			name="Computers"
			entries=${all}
			wordsOf=${(/** @type {Computer} */ { name, owner, profile, gameId }) => `${name} ${owner} ${profile} ${gameId}`}
			show=${row}
			empty="No computer is linked. On one in the game, type: ai link, and this page asks you."
		/>`;
}
