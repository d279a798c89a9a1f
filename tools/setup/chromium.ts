/** The browser in which the page is tested: where it is, and how it comes there. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";

/** Names another browser than the system's. */
export const CHROMIUM = "CHROMIUM";

/** "required" where tests in a browser may not be skipped; so it is on machines that say that they are for tests alone. */
export const CHROMIUM_REQUIRED = "TRAPOS_TEST_CHROMIUM";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the browser is; nothing where there is none. */
export function findChromium(
    env: Environment = process.env,
    exists: (file: string) => boolean = fs.existsSync,
): string | undefined {
    const named = env[CHROMIUM];
    return (named === undefined ? places : [named]).find((file) => exists(file));
}

/** Whether a browser that is missing is a failure. */
export function isChromiumRequired(env: Environment = process.env): boolean {
    return env[CHROMIUM_REQUIRED] === "required" || (env["CI"] ?? "") !== "";
}

/** What surrounds the installing. */
export interface InstallWorld {
    readonly env: Environment;
    readonly platform: NodeJS.Platform;
    /** The user's number; nothing where users have none. */
    readonly user: number | undefined;
    readonly exists: (file: string) => boolean;
    /** @returns the exit status */
    readonly run: (program: string, words: readonly string[]) => number;
    readonly say: (line: string) => void;
}

const realWorld: InstallWorld = {
    env: process.env,
    platform: process.platform,
    user: process.getuid?.(),
    exists: fs.existsSync,
    run(program, words) {
        const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
        const { status } = spawnSync(program, words, { stdio: ["ignore", "ignore", "inherit"], env });
        return status ?? 1;
    },
    say: console.log,
};

/** Whether a test run has tests in a browser among it. @param words its command line: names of files, and options */
export function hasBrowserTests(words: readonly string[]): boolean {
    const names = words.filter((word) => !word.startsWith("-"));
    return names.length === 0 || names.some((name) => /page|bridge|host/.test(name));
}

/** Why it cannot be installed here; nothing where it can. */
function obstacle({ platform, user, exists, env }: InstallWorld): string | undefined {
    if (env[CHROMIUM] !== undefined) return `there is no ${env[CHROMIUM]}`;
    if (platform !== "linux" || !exists("/usr/bin/apt-get")) return "there is no apt-get to install it with";
    if (user !== 0) return "to install it is root's: apt-get install chromium";
    return undefined;
}

/** Installs the browser where it is missing and that can be done, and says so; or says why the tests that need it are skipped. */
export function provideChromium(world: InstallWorld = realWorld): void {
    const { env, exists, run, say } = world;
    if (findChromium(env, exists) !== undefined) return;
    let why = obstacle(world);
    if (why === undefined) {
        say(
            "Installing Chromium, in which the page is tested. This is done once and can take some minutes ...",
        );
        run("apt-get", ["-qq", "update"]);
        const status = run("apt-get", ["-qq", "install", "-y", "--no-install-recommends", "chromium"]);
        if (findChromium(env, exists) !== undefined) return;
        why = `apt-get has ended with status ${status}`;
    }
    const end = isChromiumRequired(env) ? "will fail" : "are skipped";
    say(`There is no Chromium, and the page's tests in a browser ${end}: ${why}.`);
}
