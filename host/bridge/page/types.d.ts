/** What the bridge tells the page: see ../src/page. No browser gets this file. */
import type { PermissionAsk, QuestionAsk } from "../../../src/apis/ai/ask.ts";
import type { Job as WholeJob } from "../../../src/apis/ai/jobs/shapes.ts";
import type { Limits, Profile } from "../src/journal/journal.ts";

export interface Computer {
	readonly id: string;
	readonly gameId: number;
	readonly name: string;
	readonly owner: string;
	readonly profile: Profile;
	readonly linkedAt: number;
	readonly isOnline: boolean;
	readonly heardAt?: number;
	readonly limits?: Limits;
}

export interface Pairing {
	readonly code: string;
	readonly gameId: number;
	readonly label?: string;
	readonly address: string;
	readonly expiresAt: number;
}

export interface Turn {
	readonly nonce: string;
	readonly sessionId: string;
	readonly computerId: string;
	readonly begunAt: number;
	readonly phase: string;
	readonly tool?: string;
	readonly title?: string;
	readonly tokens?: number;
	readonly asks?: string;
}

interface AskPlace {
	readonly nonce: string;
	readonly sessionId: string;
	readonly computerId: string;
}
export type Ask = AskPlace &
	(
		| { readonly what: "permission"; readonly ask: PermissionAsk }
		| { readonly what: "question"; readonly ask: QuestionAsk }
	);

export type Job = Omit<WholeJob, "seconds" | "silence"> & {
	readonly seconds?: number;
	readonly begunAt?: number;
	readonly heardAt?: number;
};

export interface Health {
	readonly version: string;
	readonly startedAt: number;
	readonly opencode: {
		readonly state: string;
		readonly version?: string;
		readonly warning?: string;
		readonly reason?: string;
	};
	readonly online: number;
	readonly turns: number;
	readonly jobs: number;
}

export interface Owner {
	readonly name: string;
	readonly limits: Limits;
}

/** What there is, by section and name. */
export interface Sections {
	health: Map<string, Health>;
	pairings: Map<string, Pairing>;
	asks: Map<string, Ask>;
	turns: Map<string, Turn>;
	jobs: Map<string, Job>;
	computers: Map<string, Computer>;
	owners: Map<string, Owner>;
}

export interface Change {
	readonly set: readonly (readonly [string, never])[];
	readonly gone: readonly string[];
}

/** What a turn that is looked at has said and done, in order. */
export interface LiveItem {
	readonly kind: "text" | "reasoning" | "tool";
	readonly id?: string;
	readonly text?: string;
	readonly tool?: string;
	readonly title?: string;
	readonly status?: string;
	readonly failure?: string;
}

export interface Screen {
	readonly computer: string;
	readonly isOnline: boolean;
	readonly isAble: boolean;
	readonly rows?: readonly (readonly string[])[];
	readonly at?: number;
}
