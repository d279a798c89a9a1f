/** Every way in which ccpm can fail: its code, what happened and what to do next. */

import { makeFailure, type Failure, type Words } from "../trapos/failure";

export type { Failure };

/**
 * Messages and hints by code; `{name}` stands for a detail of the case. With usual details a message and a hint fit two
 * lines of a 51 column screen each.
 */
export const failures = {
    http_disabled: [
        "The HTTP API is switched off here.",
        "In computercraft-server.toml: [http] enabled = true",
    ],
    address_denied: [
        "ComputerCraft forbids {registry} (Domain not permitted).",
        'In computercraft-server.toml, at host = "$private": action = "allow"',
    ],
    network_error: ["The request to {registry} failed: {what}.", "Check the address and the network."],
    server_error: ["{registry} failed at {path} (HTTP {status}).", "Try again in some minutes."],
    no_index: [
        "{registry} is no registry: it has no packages/index.json.",
        "Check the address and the network.",
    ],
    no_entry: ["{registry} lets nobody in (HTTP {status}).", "Check the address, or ask those who run it."],
    file_missing: ["{registry} lists {path}, but does not serve it.", "Try again in some minutes."],
    wrong_content: ["{registry} serves another {path} than it lists.", "Try again in some minutes."],
    bad_index: ["The index of {registry} is not valid: {what}.", "Tell those who run that registry."],
    not_json: [
        "The index of {registry} is not JSON: {what}.",
        "Check the address, or tell those who run it.",
    ],
    newer_index: ["{registry} is for a newer ccpm.", "Type: ccpm upgrade ccpm"],
    bad_registry: [
        "{registry} is no registry's address.",
        "Give http(s)://... or <owner>/<repo>[@branch] of GitHub.",
    ],
    no_registry: ["No registry is configured.", "Add one: ccpm registry add <registry>"],
    registry_known: ["{registry} is configured already.", "See: ccpm registry list"],
    registries_full: ["There can be no more registries.", "Remove one: ccpm registry remove <registry>"],
    registry_unknown: ["{registry} is not configured.", "See: ccpm registry list"],
    registry_position: ["There is no position {position}.", "Give one from 1 to {last}."],

    unknown_package: ["No registry has a package {name}.", "See: ccpm search <word>"],
    left_out: ["{name} cannot be had: {what}.", "Tell those who run its registry."],
    no_version: ["{need}, but there is {known}.", "Try: ccpm update, or add a registry that has it."],
    conflict: ["{need}, but {but}.", "Upgrade or uninstall one, or add a registry."],
    cycle: ["Packages need each other in a circle: {what}.", "Tell those who made them."],
    too_complex: ["These packages need too much to be worked out.", "Install fewer of them at once."],
    not_installed: ["{name} is not installed.", "See: ccpm list"],
    needed_by: ["{name} is needed by {what}.", "Uninstall them, too: add --cascade"],

    file_exists: [
        "{path} is there, and no package brought it.",
        "Move it away, or keep it beside: add --force",
    ],
    file_conflict: ["{path} belongs to {owner}; {name} has it, too.", "Keep only one of the two packages."],
    folder_in_the_way: ["{path} is a folder; {name} has a file there.", "Move it: mv {path} {path}.old"],
    file_in_the_way: ["{path} is a file; {name} needs a folder there.", "Move it: mv {path} {path}.lua"],
    other_drive: ["{path} is on another drive.", "Move it away, or take the disk out."],
    no_space: [
        "The disk is too full: {needed} bytes are needed, {free} are free.",
        "Delete something first.",
    ],
    changed_meanwhile: ["{path} changed meanwhile. Nothing was touched.", "Try again."],
    cannot_write: ["{path} cannot be written: {what}.", "Look at the disk, then try again."],
    not_finished: ["A change was begun and cannot be finished.", "{what}"],
    not_repairable: [
        "No registry has {path} of {name} as it was installed.",
        "Try again later, or: ccpm upgrade {name}",
    ],

    newer_format: ["{path} was written by a newer ccpm.", "Upgrade ccpm, or delete that file."],
    bad_argument: ["{call}: {what}.", "Call it as: {usage}"],
    internal_error: ["Unexpected: {what}", "Use install.lua again, or report this."],
} satisfies Record<string, Words>;

/** One that stands in the table: any other does not compile. */
export type Code = keyof typeof failures;

/**
 * Makes a failure.
 * @param detail values for the `{name}`s in its message and hint
 * @returns the failure, which `tostring` turns into message and hint
 */
export function fail(code: Code, detail?: Record<string, unknown>): Failure {
    return makeFailure(failures, code, detail);
}

/** Raises a failure, which the function that the program called returns. */
export function raise(code: Code, detail?: Record<string, unknown>): never {
    throw fail(code, detail);
}
