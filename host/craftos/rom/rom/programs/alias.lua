local alias, program, excess = ...

if excess then
    print("Usage: " .. (arg[0] or fs.getName(shell.getRunningProgram())) .. " <alias> <program>")
elseif program then
    shell.setAlias(alias, program)
elseif alias then
    shell.clearAlias(alias)
else
    local lines = {}
    for name, command in pairs(shell.aliases()) do
        lines[#lines + 1] = name .. ":" .. command
    end
    table.sort(lines)
    textutils.pagedTabulate(lines)
end
