/** Names that a server has for sessions and models, in questions and lists: on one line, in the glyphs of the screen. */
import { expect, it } from "vitest";
import { player, rowsOf } from "./ai-box-support.ts";
import { startServer } from "./libai-support.ts";

const title = "Gr\u00f6\u00dfe\n\u001b[31mof the\u001b[0m \u65e5door";
const session = { id: "ses_1", title, directory: "/work", time: { created: 1, updated: 2 } };

it("asks about a session and lists models without what is no text in their names", async () => {
    const { url } = await startServer(({ path }) => {
        if (path === "/session") return { body: [session] };
        if (path === "/session/ses_1") return { body: session };
        if (path === "/config/providers")
            return { body: { providers: [{ id: "acme", models: { "wise\n\u00f6ne": {} } }], default: {} } };
        return { body: path === "/session/status" ? {} : [] };
    });
    const computer = await player({ "opencc.server_url": url }, { width: 51, height: 19 });
    await computer.type("ai delete 1\n");
    await computer.waitForText("[y/N]", { timeoutSeconds: 20 });
    expect(rowsOf(computer).join("\n")).toContain(
        'Delete "Gr\u00f6\u00dfe of the ?door" and all that was said',
    );
    await computer.type("n");
    await computer.waitForText("Nothing was deleted.");
    await computer.type("ai models\n");
    await computer.waitForText("Enter:ask it");
    expect(rowsOf(computer)[0]).toBe("  acme/wise \u00f6ne");
    await computer.type("q");
});
