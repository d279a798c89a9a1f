/** A file of the player's that is replaced: the new one whole, or a clear failure and nothing lost. */
import { expect, it } from "vitest";
import { runWithLibai } from "./libai-support.ts";

const setup = `
    local replaceFile = require("/apis/ai/replacefile").replaceFile
    local context = { options = { answer = "yes", isQuiet = true, isAttended = false } }
    local function put(path, text) local file = fs.open(path, "w") file.write(text) file.close() end
    local function read(path)
        if not fs.exists(path) then return "none" end
        local file = fs.open(path, "r") local text = file.readAll() file.close() return text
    end
    local function try(path, text)
        local ok, result = pcall(replaceFile, context, "save x", path, text)
        if ok then return "written" end
        return type(result) == "table" and result.code .. ": " .. result.message or "raw: " .. tostring(result)
    end
`;

it("says why it cannot be written, and leaves what was there", async () => {
    const { lines } = await runWithLibai(`${setup}
        put("/x", "old")
        local fill = fs.open("/fill", "w")
        while fs.getFreeSpace("/") > 3000 do fill.write(("x"):rep(1000)) end fill.close()
        print(try("/x", ("y"):rep(5000))) print(read("/x"), fs.exists("/x.new"), fs.exists("/x.old"))
        fs.delete("/fill")
        print(try("/rom/x", "y")) print(try("/rom", "y")) print(try("/x/y", "y")) print(read("/x"))
    `);
    expect(lines.map((line) => line.replace(/\s+/g, " "))).toEqual([
        expect.stringMatching(/^not_written: \/x could not be written: .*[Oo]ut of space/),
        "old false false",
        expect.stringMatching(/^not_written: \/rom\/x could not be written: /),
        "not_read: /rom could not be read: it is a folder",
        expect.stringMatching(/^not_written: \/x\/y could not be written: /),
        "old",
    ]);
});

it("loses nothing, whichever step fails", async () => {
    const { lines } = await runWithLibai(`${setup}
        local real, count, failAt = {}, 0, 0
        for _, name in ipairs({ "open", "move", "delete", "isReadOnly" }) do
            real[name] = fs[name]
            fs[name] = function(...)
                count = count + 1
                if count == failAt then error("broken", 0) end
                return real[name](...)
            end
        end
        local results = {}
        for step = 1, 12 do
            failAt = 0 put("/x", "old\\n") put("/x.old", "older\\n") if fs.exists("/x.new") then fs.delete("/x.new") end
            count, failAt = 0, step
            local said = try("/x", "fresh") failAt = 0
            local now = read("/x")
            local kept = now == "old\\n" or (now == "fresh\\n" and read("/x.old") == "old\\n")
            if said:find("^raw") or not kept then results[#results + 1] = step .. " " .. said .. " " .. now end
            if (said == "written") ~= (now == "fresh\\n") then results[#results + 1] = step .. " " .. said .. " " .. now end
        end
        print(#results, table.concat(results, " | "))
        put("/x", "old\\n") print(try("/x", "fresh"), read("/x.old"))
    `);
    expect(lines.map((line) => line.replace(/\s+/g, " "))).toEqual([
        expect.stringMatching(/^0 ?$/),
        "written old",
    ]);
});
