/** What goes on: the turns that run, and what was said in a session. */
import { useEffect } from "preact/hooks";
import { change, look } from "./api.js";
import { lookAt } from "./events.js";
import { age, Asking, html, List, nameOf, plain, Prose, Said, some, useAnswer } from "./parts.js";
import { store } from "./store.js";

/** @typedef {import("./types.d.ts").Turn} Turn */

/** What a turn is at. @param {Turn} turn */
export const doing = ({ phase, tool, title, asks, tokens }) =>
	plain(asks ?? (tool ? `${tool}${title ? `: ${title}` : ""}` : phase)) +
	(tokens ? `, ${some(tokens, "token")}` : "");

/** @param {{ turn: Turn }} given */
export const Stop = ({ turn }) =>
	html`<${Asking}
		label="Stop…"
		name=${`Stop the turn of ${plain(nameOf(turn.computerId), 40)}…`}
		isDanger
		title="Stop this turn?"
		done="It is being stopped."
		run=${() => change("stop", { nonce: turn.nonce })}
	>
		<p>What the model has written so far stays.</p>
	<//>`;

/** @param {Turn} turn */
const row = (turn) =>
	html`<li key=${turn.nonce}>
		<a href=${`#/sessions/${encodeURIComponent(turn.sessionId)}`}><${Said} text=${nameOf(turn.computerId)} /></a>
		${" "}<span class="state ${turn.asks ? "warn" : "ok"}">${turn.asks ? "waits for an answer" : "at work"}</span>
		<p class="quiet">for ${age(turn.begunAt)}; ${doing(turn)}</p>
		<div class="buttons"><${Stop} turn=${turn} /></div>
	</li>`;

export function Sessions() {
	return html`<h1>At work</h1>
		<${List}
			name="Turns"
			entries=${[...store.sections.turns.values()]}
			wordsOf=${(/** @type {Turn} */ turn) => `${nameOf(turn.computerId)} ${doing(turn)}`}
			show=${row}
			empty="No agent is at work. Earlier sessions stand with their computers."
		/>`;
}

/** @param {any} part @param {number} key */
function Part({ kind, text, tool, title, status, failure, synthetic }, key) {
	if (kind === "tool")
		return html`<p class="tool" key=${key}>
			<code>${plain(tool, 60)}</code> <${Said} text=${title ?? ""} />${" "}<span class="state ${status === "error" ? "bad" : status === "completed" ? "off" : "ok"}">${plain(status ?? "", 20)}</span>
			${failure && html` <span class="bad">${plain(failure)}</span>`}
		</p>`;
	if (kind === "reasoning")
		return html`<details key=${key}>
			<summary>Thought</summary>
			<${Prose} text=${text} />
		</details>`;
	return html`<div key=${key} class=${synthetic ? "quiet" : ""}><${Prose} text=${text} /></div>`;
}

/** @param {{ messages: any[] }} given */
const Messages = ({ messages }) =>
	messages.map(
		({ id, role, parts, failure }) =>
			html`<article key=${id} class=${role === "user" ? "user" : ""}>
				<h2>${role === "user" ? "Prompt" : "Answer"}</h2>
				${parts.map(Part)} ${failure && html`<p class="bad">${plain(failure)}</p>`}
			</article>`,
	);

/** What a turn writes while somebody looks. */
function Live() {
	const { live } = store;
	return html`<article aria-label="Live">
		<h2>Answer <span class="state ok">live</span></h2>
		${live?.items.length ? live.items.map(Part) : html`<p class="quiet">Nothing is written yet.</p>`}
	</article>`;
}

/** One session. @param {{ id: string }} given */
export function SessionView({ id }) {
	const turn = [...store.sections.turns.values()].find(({ sessionId }) => sessionId === id);
	const { value, problem } = useAnswer(
		() => look(`messages?session=${encodeURIComponent(id)}`),
		[id, turn?.nonce],
	);
	useEffect(() => {
		lookAt(turn ? { turn: turn.nonce } : {});
		return () => lookAt({});
	}, [turn?.nonce]);
	const all = value?.messages ?? [];
	// What the turn has written comes live, from its beginning on.
	const prompt = all.findLastIndex((/** @type {any} */ { role }) => role === "user");
	const shown = turn && prompt >= 0 ? all.slice(0, prompt + 1) : all;
	const computer = value?.computer ?? turn?.computerId;
	return html`<h1>
			Session${computer && html` of <a href=${`#/computers/${computer}`}><${Said} text=${nameOf(computer)} /></a>`}
		</h1>
		${
			turn &&
			html`<p>For ${age(turn.begunAt)}; ${doing(turn)}</p>
				<div class="buttons"><${Stop} turn=${turn} /></div>`
		}
		${problem && html`<p class="bad">${plain(problem)}</p>`}
		${value && !value.isWhole && html`<p class="quiet">What was said before is not shown.</p>`}
		<${Messages} messages=${shown} /> ${turn && html`<${Live} />`}
		${value && !turn && all.length === 0 && html`<p class="quiet">Nothing was said in it.</p>`}`;
}
