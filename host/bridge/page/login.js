/** Who may see all this. */
import { change, keepGuard, wordsOf } from "./api.js";
import { useState } from "preact/hooks";
import { begin } from "./events.js";
import { Field, html, textOf } from "./parts.js";

/** Logs in. @param {string} token */
export async function logIn(token) {
	keepGuard((await change("login", { token })).guard);
	await begin();
}

/** The token in what was pasted: itself, or at the end of the address. @param {string} pasted */
const tokenIn = (pasted) => pasted.slice(pasted.lastIndexOf("#") + 1).trim();

/** @param {{ problem: string }} given */
export function Login({ problem: first }) {
	const [problem, setProblem] = useState(first);
	/** @param {SubmitEvent} event */
	async function submit(event) {
		event.preventDefault();
		setProblem("");
		const fields = new FormData(/** @type {HTMLFormElement} */ (event.target));
		await logIn(tokenIn(textOf(fields, "token"))).catch((error) => setProblem(wordsOf(error)));
	}
	return html`<main id="main" class="login">
		<h1>Log in</h1>
		<p>
			The terminal in which the bridge was started shows an address. Open that, or paste it here.
			<code>trapos-bridge page</code> prints it again.
		</p>
		<form onSubmit=${submit}>
			<${Field} label="Address or token" name="token" type="password" autocomplete="off" required />
			<p role="alert" class="bad">${problem}</p>
			<div class="buttons"><button class="main">Log in</button></div>
		</form>
	</main>`;
}
