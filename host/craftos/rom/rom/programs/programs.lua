textutils.pagedTabulate(shell.programs(... == "all"))
