import { writeFile } from "node:fs/promises";

/**
 * What takes opencode's place where the real one would have to be broken. Its environment says how it is: FAKE_VERSION, and
 * FAKE_MODE, which is "well", "crash", "taken" or "taken before" (as older ones say it), "silent" (says nothing), "two" (answers as opencode 2, to which OPENCODE_PASSWORD is the password), or the path of a file in
 * which one of these stands and is looked up for each question: "cut" ends connections.
 */
const program = `#!${process.execPath}
const fs = require("node:fs");
const http = require("node:http");
const version = process.env.FAKE_VERSION ?? "1.18.33";
const given = process.env.FAKE_MODE ?? "well";
const mode = () => (given.startsWith("/") ? fs.readFileSync(given, "utf8") : given);
if (process.argv[2] === "--version") {
    console.log(version);
} else if (mode() === "crash") {
    console.error("something is broken");
    process.exitCode = 7;
} else if (mode().startsWith("taken")) {
    console.error(mode() === "taken" ? "ServeError: it is taken" : "Failed to start server on port 4096");
    process.exitCode = 1;
} else if (mode() === "silent") {
    setInterval(() => {}, 1000);
} else {
    const json = (response, body) => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(body));
    };
    const server = http.createServer((request, response) => {
        const { OPENCODE_SERVER_USERNAME: chosen, OPENCODE_SERVER_PASSWORD, OPENCODE_PASSWORD } = process.env;
        const [user, password] =
            mode() === "two" ? ["opencode", OPENCODE_PASSWORD] : [chosen, OPENCODE_SERVER_PASSWORD];
        const login = "Basic " + Buffer.from(user + ":" + password).toString("base64");
        if (mode() === "cut") return request.socket.destroy();
        if (request.headers.authorization !== login) return response.writeHead(401).end();
        if (mode() === "two" && request.url === "/api/info") return json(response, { version: "2.0.22" });
        if (mode() === "two" || request.url !== "/global/health") return response.end("<html></html>");
        json(response, { healthy: true, version });
    });
    server.listen(Number(process.argv[process.argv.indexOf("--port") + 1]), "127.0.0.1", () => {
        const who = mode() === "two" ? "" : "opencode ";
        console.log(who + "server listening on http://127.0.0.1:" + server.address().port);
    });
}
`;

/** Writes the program to a file. @param version what it says where its environment says nothing */
export async function writeFakeOpencode(file: string, version = "1.18.33"): Promise<void> {
    await writeFile(file, program.replace("1.18.33", version), { mode: 0o755 });
}
