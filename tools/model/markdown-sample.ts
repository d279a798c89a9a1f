/** A reply that holds what models like to write: every common Markdown block, and text beyond ASCII. */
export const markdownSample = `# A door lock

Here is a **short** program that opens the door for *one* password — “swordfish”.

## Steps

1. Put the computer beside the door.
2. Type \`edit lock.lua\` and paste this:

\`\`\`lua
while true do
    write("Password: ")
    if read("*") == "swordfish" then
        redstone.setOutput("left", true)
        sleep(3)
        redstone.setOutput("left", false)
    end
end
\`\`\`

3. Run \`lock\`.

- Works on **basic** and advanced computers
- Takes about 3 seconds…
    - and closes by itself ✓

> Change the side if the door stands elsewhere: left → right.

| Side  | Meaning       |
| ----- | ------------- |
| left  | the door      |
| right | a lamp, maybe |

See the [redstone page](https://tweaked.cc/module/redstone.html). Café, naïve, Größe, 日本語, 😀.
`;
