/** How the bridge and its opencode are. */
import { age, html, plain } from "./parts.js";
import { store } from "./store.js";

export function Health() {
	const health = store.sections.health.get("bridge");
	if (!health)
		return html`<h1>Health</h1>
			<p class="quiet">Nothing is known yet.</p>`;
	const { version, startedAt, opencode, online, turns, jobs } = health;
	return html`<h1>Health</h1>
		<dl>
			<dt>Bridge</dt>
			<dd>${plain(version, 40)}, for ${age(startedAt)}</dd>
			<dt>opencode</dt>
			<dd>
				${plain(opencode.version ?? "", 40)} <span class="state ${opencode.state === "ready" ? "ok" : "bad"}">${plain(opencode.state, 40)}</span>
				${opencode.warning && html` <span class="quiet">${plain(opencode.warning, 400)}</span>`}
				${opencode.reason && html` <span class="bad">${plain(opencode.reason, 400)}</span>`}
			</dd>
			<dt>Computers</dt>
			<dd>${store.sections.computers.size}, ${online} online</dd>
			<dt>Turns</dt>
			<dd>${turns}</dd>
			<dt>Jobs</dt>
			<dd>${jobs} open</dd>
		</dl>`;
}
