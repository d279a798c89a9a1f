/** One computer: who it is, what it may do, and what it shows. */
import { useEffect } from "preact/hooks";
import { change, look } from "./api.js";
import { limitsText, seen } from "./computers.js";
import { lookAt } from "./events.js";
import { age, Asking, Field, html, plain, ProfileField, Said, textOf, useAnswer } from "./parts.js";
import { now, store } from "./store.js";

/** How often its sessions are asked for anew. */
const SESSIONS_MILLISECONDS = 10_000;

/** @typedef {import("./types.d.ts").Computer} Computer */

/** The colours of the game, by their digits. */
const COLOURS =
	"f0f0f0 f2b233 e57fd8 99b2f2 dede6c 7fcc19 f2b2cc 4c4c4c 999999 4c99b2 b266e5 3366cc 7f664c 57a64e cc4c4c 111111".split(
		" ",
	);

/** @param {string} [digit] @param {string} [usual] */
const colour = (digit = "", usual = "f") => `#${COLOURS[parseInt(/[0-9a-f]/.exec(digit)?.[0] ?? usual, 16)]}`;

const limitFields = /** @type {const} */ ([
	["turnsAtOnce", "Turns at once", "1"],
	["promptsPerHour", "Prompts an hour", "1"],
	["tokensPerDay", "Tokens a day (UTC)", "1"],
	["costPerDay", "US dollars a day (UTC)", "any"],
]);

/** @param {FormData} fields */
function limitsOf(fields) {
	const said = limitFields.map(([name]) => [name, textOf(fields, name)]).filter(([, text]) => text !== "");
	return Object.fromEntries(said.map(([name, text]) => [name, Number(text)]));
}

/** @param {{ whose: string, scope: object, limits?: any }} given */
const Limits = ({ whose, scope, limits = {} }) =>
	html`<${Asking}
		label="Limits…"
		name=${`Limits of ${whose}…`}
		action="Set"
		title=${`Limits of ${whose}`}
		done=${`The limits of ${whose} are set.`}
		run=${(/** @type {FormData} */ fields) => change("limits", { ...scope, limits: limitsOf(fields) })}
	>
		<p>What is left empty is not limited.</p>
		${limitFields.map(
			([name, label, step]) =>
				html`<${Field}
					key=${name}
					label=${label}
					name=${name}
					type="number"
					min="0"
					step=${step}
					defaultValue=${limits[name]}
				/>`,
		)}
	<//>`;

/** A row of a screen, in pieces of one colour. @param {readonly string[]} row @param {number} key */
function screenRow([text = "", front = "", back = ""], key) {
	const letters = [...plain(text, 1000)];
	/** @type {{ color: string, background: string, text: string }[]} */
	const pieces = [];
	letters.forEach((letter, place) => {
		const [color, background] = [colour(front[place], "0"), colour(back[place])];
		const last = pieces.at(-1);
		if (last?.color === color && last.background === background) last.text += letter;
		else pieces.push({ color, background, text: letter });
	});
	return html`<div key=${key}>
		${pieces.map(({ text: piece, ...style }) => html`<span style=${{ ...style, width: `${[...piece].length}ch` }}>${piece}</span>`)}
	</div>`;
}

/** @param {{ computer: Computer }} given */
function Screen({ computer }) {
	const { screen } = store;
	const { name } = computer;
	if (screen?.computer !== computer.id) return html`<p class="quiet">Asking for it.</p>`;
	if (!screen.isOnline) return html`<p class="quiet">It is away.</p>`;
	if (!screen.isAble)
		return html`<p class="quiet">
			This computer shows none: its TrapOS AI is older, or knows no such thing.
		</p>`;
	if (!screen.rows)
		return html`<p class="quiet">
			Its player has not allowed to look at it. Typed there, <code>ai screen on</code> does.
		</p>`;
	const columns = Math.max(1, ...screen.rows.map(([, front = ""]) => front.length));
	return html`<pre
		class="screen"
		tabindex="0"
		role="region"
		aria-label=${`Screen of ${plain(name)}`}
		style=${{ "--columns": columns }}
	>
${screen.rows.slice(0, 200).map(screenRow)}</pre>`;
}

/** @param {{ computer: Computer }} given */
function SessionsOf({ computer: { id, profile } }) {
	const { value, problem } = useAnswer(
		() => look(`sessions?computer=${encodeURIComponent(id)}`),
		[id, profile, store.sections.turns.size, Math.floor(now() / SESSIONS_MILLISECONDS)],
	);
	if (problem) return html`<p class="bad">${problem}</p>`;
	if (!value) return html`<p class="quiet">Asking for them.</p>`;
	if (value.total === 0) return html`<p class="quiet">There are none.</p>`;
	return html`${value.reason && html`<p class="bad">${plain(value.reason)}</p>`}
		<ul class="list">
			${value.sessions.map(
				(/** @type {any} */ { id: session, title, updatedAt, closed, nonce }) =>
					html`<li key=${session}>
						<a href=${`#/sessions/${encodeURIComponent(session)}`}><${Said} text=${title ?? session} /></a>
						${nonce && html` <span class="state ok">at work</span>`}
						<p class="quiet">
							${updatedAt ? `${age(updatedAt)} ago` : ""} ${closed && `closed: ${plain(closed)}`}
						</p>
					</li>`,
			)}
		</ul>
		${value.total > value.sessions.length && html`<p class="quiet">And ${value.total - value.sessions.length} older ones.</p>`}`;
}

/** @param {{ computer: Computer }} given */
function Actions({ computer }) {
	const { id, name, owner, profile, limits } = computer;
	const shown = plain(name, 40);
	return html`<div class="buttons">
		<${Asking}
			label="Change…"
			title=${`Change ${shown}`}
			done=${`${shown} is changed.`}
			run=${(/** @type {FormData} */ fields) => {
				// What was left as it was shown may be another by now, and stays that.
				const wanted = Object.entries({ name, owner, profile })
					.map(([field, shown]) => [field, textOf(fields, field), shown.trim()])
					.filter(([, text, before]) => text !== before);
				return change("change", { computer: id, ...Object.fromEntries(wanted) });
			}}
		>
			<${Field} label="Name" name="name" required maxlength="200" defaultValue=${name} />
			<${Field}
				label="Whose it is, for limits"
				name="owner"
				required
				maxlength="200"
				defaultValue=${owner}
			/>
			<${ProfileField} now=${profile} />
			<p class="quiet">
				Another profile stops its turns and closes its sessions: they keep the rules of the one
				before. The next prompt opens a new one.
			</p>
		<//>
		<${Limits} whose=${shown} scope=${{ computer: id }} limits=${limits} />
		<${Asking}
			label="Revoke…"
			isDanger
			title=${`Revoke ${shown}?`}
			done=${`${shown} is not linked any more.`}
			run=${() => change("revoke", { computer: id })}
		>
			<p>Its link and its turns end at once. To be linked again it has to ask you anew.</p>
		<//>
	</div>`;
}

/** One computer. @param {{ id: string }} given */
export function ComputerView({ id }) {
	const computer = store.sections.computers.get(id);
	useEffect(() => {
		lookAt({ computer: id });
		return () => lookAt({});
	}, [id]);
	if (!computer)
		return html`<h1>Computer</h1>
			<p>It is not linked any more. <a href="#/computers">All computers</a></p>`;
	const owner = store.sections.owners.get(computer.owner);
	return html`<h1><${Said} text=${computer.name} /></h1>
		<p>${seen(computer)}</p>
		<dl>
			<dt>Owner</dt>
			<dd>
				<${Said} text=${computer.owner} />, limits of all theirs: ${limitsText(owner?.limits)}
				${" "}<${Limits}
					whose=${plain(computer.owner, 40)}
					scope=${{ owner: computer.owner }}
					limits=${owner?.limits}
				/>
			</dd>
			<dt>Profile</dt>
			<dd><b>${computer.profile}</b> ${store.profiles[computer.profile]}</dd>
			<dt>Limits</dt>
			<dd>${limitsText(computer.limits)}</dd>
			<dt>In the game</dt>
			<dd>computer ${computer.gameId}, linked ${age(computer.linkedAt)} ago</dd>
		</dl>
		<${Actions} computer=${computer} />
		<h2>Screen</h2>
		<${Screen} computer=${computer} />
		<h2>Sessions</h2>
		<${SessionsOf} computer=${computer} />`;
}
