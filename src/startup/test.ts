/** What `runtest` needs at boot: the way to the program and its help, and Tab completion, which last one boot. */
import { choice } from "cc.completion";

for (const [folder, api] of pairs({ programs: shell, help })) {
    const path = api.path();
    if (string.find(`:${path}:`, `:/${folder}:`, 1, true)[0] === undefined) api.setPath(`${path}:/${folder}`);
}

shell.setCompletionFunction("programs/runtest.lua", (_shell, _index, text) =>
    string.sub(text, 1, 1) === "-"
        ? choice(text, ["--help", "--report", "--skip"], true)
        : fs.complete(text, shell.dir(), true, true),
);
