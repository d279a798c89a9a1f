/** The page: what is shown where. */
import { render } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { change, keepGuard, wordsOf } from "./api.js";
import { begin, close } from "./events.js";
import { logIn, Login } from "./login.js";
import { attempt, html, plain, some } from "./parts.js";
import { changed, noSections, store, tell, useStore } from "./store.js";

/** How often what grows older is shown anew, in milliseconds. */
const AGE_MILLISECONDS = 5000;

const TITLE = "TrapOS AI bridge";

/** Why the first login did not work. */
let problem = "";

/** What is fetched when it is shown first. @type {Readonly<Record<string, () => Promise<any>>>} */
const modules = {
	asks: () => import("./asks.js").then(({ Asks }) => Asks),
	computers: () => import("./computers.js").then(({ Computers }) => Computers),
	computer: () => import("./computer.js").then(({ ComputerView }) => ComputerView),
	sessions: () => import("./sessions.js").then(({ Sessions }) => Sessions),
	session: () => import("./sessions.js").then(({ SessionView }) => SessionView),
	jobs: () => import("./jobs.js").then(({ Jobs }) => Jobs),
	usage: () => import("./usage.js").then(({ Usage }) => Usage),
	health: () => import("./health.js").then(({ Health }) => Health),
};

/** @type {Map<string, any>} */
const fetched = new Map();

/** The views, by the first name behind the "#". */
const views = /** @type {const} */ ([
	["computers", "Computers"],
	["sessions", "At work"],
	["jobs", "Jobs"],
	["usage", "Usage"],
	["health", "Health"],
]);

/** A view, as soon as it is there. @param {{ name: string, id?: string }} given */
function View({ name, id }) {
	const Shown = fetched.get(name);
	useEffect(() => {
		if (Shown) return;
		modules[name]?.().then(
			(found) => {
				fetched.set(name, found);
				changed();
			},
			() => tell("That could not be fetched from the bridge: load the page anew.", true),
		);
	}, [name]);
	return Shown && html`<${Shown} id=${id} />`;
}

/** @param {string} name */
function countOf(name) {
	const { computers, turns, jobs } = store.sections;
	if (name === "computers") return computers.size;
	if (name === "sessions") return turns.size;
	if (name !== "jobs") return 0;
	return [...jobs.values()].filter(({ state }) => state === "queued" || state === "running").length;
}

function useRoute() {
	const read = () => {
		const [, name = "", id = ""] = location.hash.split("/");
		try {
			return { name, id: decodeURIComponent(id) };
		} catch {
			return { name, id: "" };
		}
	};
	const [route, setRoute] = useState(read);
	// At once: whoever goes elsewhere before the first picture is not to be missed.
	useLayoutEffect(() => {
		const listener = () => {
			setRoute(read());
			toContent();
		};
		addEventListener("hashchange", listener);
		return () => removeEventListener("hashchange", listener);
	}, []);
	return route;
}

function logOut() {
	return attempt(async () => {
		await change("logout", {});
		close();
		keepGuard();
		Object.assign(store, { status: "login", sections: noSections() });
		changed();
	});
}

function News() {
	const { news } = store;
	useEffect(() => {
		if (!news || news.isBad) return;
		const timer = setTimeout(() => ((store.news = undefined), changed()), 8000);
		return () => clearTimeout(timer);
	}, [news]);
	return html`<div class="news" role="status">
		${
			news &&
			html`<p class=${news.isBad ? "bad" : ""}>
			${plain(news.text, 500)} <button type="button" onClick=${() => ((store.news = undefined), changed())}>Close</button>
		</p>`
		}
	</div>`;
}

/** Goes to what is shown, past what waits for an answer. @param {Event} [event] */
function toContent(event) {
	event?.preventDefault();
	const view = document.getElementById("view");
	view?.focus({ preventScroll: true });
	view?.scrollIntoView();
}

function Page() {
	const { status, isHeard, why, dialog } = useStore();
	const { name, id } = useRoute();
	const count = store.sections.asks.size + store.sections.pairings.size;
	useEffect(() => void (document.title = count > 0 ? `(${count}) ${TITLE}` : TITLE), [count]);
	if (status === "starting") return html`<main id="main"><p class="quiet">Asking the bridge.</p></main>`;
	if (status === "login") return html`<${Login} problem=${problem} />`;
	const known = views.find(([one]) => one === name)?.[0] ?? "computers";
	const shown =
		(id && { computers: "computer", sessions: "session" }[/** @type {string} */ (known)]) || known;
	return html`<a class="skip" href="#view" onClick=${toContent}>To the content</a>
		<header>
			<p class="title">TrapOS AI</p>
			<nav aria-label="Views">
				${views.map(
					([
						one,
						label,
					]) => html`<a key=${one} href=${`#/${one}`} aria-current=${one === known ? "page" : undefined}>
						${label}${countOf(one) > 0 && html`${" "}<span class="count">${countOf(one)}</span>`}
					</a>`,
				)}
			</nav>
			<button type="button" onClick=${logOut}>Log out</button>
		</header>
		<div role="alert">
			${!isHeard && html`<p class="lost">The bridge is not heard. ${plain(why)} Trying again.</p>`}
		</div>
		<main id="main">
			<p role="status" class="unseen">${count > 0 ? `${some(count, "thing")} to answer` : ""}</p>
			${count > 0 && html`<${View} name="asks" />`}
			<div id="view" tabindex="-1"><${View} key=${`${shown} ${id}`} name=${shown} id=${id} /></div>
		</main>
		<${News} />${dialog}`;
}

async function start() {
	const token = /^#([0-9a-f]{48})$/.exec(location.hash)?.[1];
	// What logs in stays in no history.
	if (location.pathname !== "/" || token) history.replaceState(null, "", token ? "/" : `/${location.hash}`);
	try {
		if (token) await logIn(token);
		else await begin();
	} catch (error) {
		if (token) problem = wordsOf(error);
		store.status = "login";
		changed();
	}
}

setInterval(() => document.hidden || changed(), AGE_MILLISECONDS);
addEventListener("unhandledrejection", (event) => tell(wordsOf(event.reason), true));
const place = document.getElementById("page");
if (place) render(html`<${Page} />`, place);
void start();
