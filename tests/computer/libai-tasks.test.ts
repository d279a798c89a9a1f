/** What takes longer than a request may, on servers where it never ends. The clock is handed in, as it takes minutes. */
import { expect, it } from "vitest";
import { runWithLibai } from "./libai-support.ts";

/** Lua: makes a client of a server whose newest message and status are these once something was begun. */
const CLIENT = `
    local function client(newest, status)
        local clock, begun = 1000, false
        local function json(text)
            return { status = 200, headers = { ["content-type"] = "application/json" }, body = text }
        end
        local values = { ["opencc.session_id"] = "ses_1", ["opencc.server_url"] = "http://h:1",
            ["opencc.provider_id"] = "p", ["opencc.model_id"] = "m", ["opencc.poll_timeout_seconds"] = 60 }
        return require("/apis/libai")({
            settings = {
                get = function(name) return values[name] end,
                set = function() end,
                unset = function() end,
                save = function() return true end,
            },
            now = function() return clock end,
            sleep = function(seconds) clock = clock + seconds * 1000 end,
            send = function(request)
                clock = clock + 20
                if clock > 900000 then error("Terminated", 0) end
                local path = request.url:match("^http://h:1([^?]*)")
                if path == "/session/ses_1" then
                    return json('{"id":"ses_1","title":"t","directory":"/","time":{"created":1,"updated":2}}')
                elseif path == "/api/info" then
                    return json("{}")
                elseif path == "/session/status" then
                    return json(begun and status or "{}")
                elseif path == "/session/ses_1/message" then
                    return json(begun and newest or "[]")
                end
                begun = true
                return json("true")
            end,
        }), function() return math.floor(clock / 1000) end
    end
    local function try(name, newest, status, ...)
        local ai, seconds = client(newest, status)
        local done, ok, failure = pcall(ai[name], ...)
        print(done and (ok and "ended" or failure.code) or ok, seconds())
    end
`;

const message = (more: string) =>
    `[{"info":{"id":"m2","role":"assistant","time":{"created":1}${more}},"parts":[%s]}]`;
const call = '{"type":"tool","tool":"bash","state":{"status":"running"}}';

it("fails where nothing works at it any more, or a summary does not come on; a shell's line may be silent for long", async () => {
    const cases: [call: string, messages: string, status: string][] = [
        ['"compact"', message(',"summary":true').replace("%s", ""), "{}"],
        ['"compact"', message("").replace("%s", ""), '{"ses_1":{"type":"busy"}}'],
        ['"shell"', message("").replace("%s", call), "{}"],
        ['"shell"', message("").replace("%s", call), '{"ses_1":{"type":"busy"}}'],
    ];
    const { lines } = await runWithLibai(
        CLIENT +
            cases
                .map(
                    ([name, newest, status]) =>
                        `try(${name}, [==[${newest}]==], '${status}', ${name === '"shell"' ? '"make"' : ""})`,
                )
                .join("\n")
                .replaceAll(", )", ")"),
    );
    const told = lines.map((line) => line.trim().split(/\s+/));
    expect(told.map(([code]) => code)).toEqual(["interrupted", "no_progress", "interrupted", "Terminated"]);
    expect(Number(told[0]![1])).toBeLessThan(30);
    expect(Number(told[1]![1])).toBeLessThan(70);
    expect(Number(told[2]![1])).toBeLessThan(30);
});
