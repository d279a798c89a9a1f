# Shorthands for the npm scripts, for those who have just (https://just.systems). npm alone is enough.

set positional-arguments

# Lists the recipes.
default:
    @just --list

# Compiles src/ to Lua and writes the package index.
build:
    @npm run --silent build

# Types, lint, formatting, generated files and versions.
check:
    @npm run --silent check

# Runs every test, or those in the files that match.
test *filters:
    @npm test --silent -- "$@"

# Runs the specs of ComputerCraft on our computer, or those that are named, or another project's by its folder.
specs *names:
    @npm run --silent specs -- "$@"

# Runs the specs and the end-to-end tests on the CraftOS-PC that CRAFTOS_PC names.
test-craftos-pc *filters:
    @npm run --silent test:craftos-pc -- "$@"

# Runs a command line on a computer in the terminal, "ai ping" by default.
start *command:
    @npm start --silent -- "$@"

# Shows a computer in the terminal, or plays a script on one.
computer *options:
    @npm run --silent computer -- "$@"

# Runs a Lua snippet on a computer that has our packages.
trapos-exec *snippet:
    @npm run --silent trapos-exec -- "$@"

# Runs a Lua snippet on a bare computer.
craftos-exec *snippet:
    @npm run --silent craftos-exec -- "$@"

# Serves this tree as a registry, so that computers install from it.
registry *options:
    @npm run --silent registry -- "$@"

# Tries what users rely on with random faults, for minutes.
soak *options:
    @npm run --silent soak -- "$@"

# Measures delays, requests, sizes and memory.
bench *options:
    @npm run --silent bench -- "$@"

# Raises a package's version, and those of the packages that depend on it.
bump package step:
    @npm run --silent bump -- "$@"
