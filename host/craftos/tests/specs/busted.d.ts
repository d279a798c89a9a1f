/** The words that `runtest` gives to spec files: those of busted. See docs/testing.md. */

declare function describe(name: string, body: () => void): void;

/** A case; one without a body is pending. */
declare function it(name: string, body?: () => void): void;

/** A case that is still to be written; inside of a case, ends it as pending for a reason. */
declare function pending(reason: string): void;

/** Runs before each case of the block it stands in, and of the blocks in there. */
declare function before_each(body: () => void): void;

/** Runs after each of these cases, failed ones too. */
declare function after_each(body: () => void): void;

/** @noSelf */
interface Comparisons {
    /** The same value, or the same table, as `==` has it. */
    equal(expected: unknown, actual: unknown, message?: string): void;
    /** Tables that hold the same, however deep. */
    same(expected: unknown, actual: unknown, message?: string): void;
}

/** Beside Lua's own `assert(value, message)`. @noSelf */
declare namespace assert {
    const are: Comparisons;
    const are_not: Comparisons;
    function is_true(actual: unknown, message?: string): void;
    function is_false(actual: unknown, message?: string): void;
    function is_nil(actual: unknown, message?: string): void;
    function is_not_nil(actual: unknown, message?: string): void;
    function is_truthy(actual: unknown, message?: string): void;
    function is_falsy(actual: unknown, message?: string): void;
    function is_string(actual: unknown, message?: string): void;
    function is_number(actual: unknown, message?: string): void;
    function is_table(actual: unknown, message?: string): void;
    function is_function(actual: unknown, message?: string): void;
    /** The text has a match of the Lua pattern. */
    function matches(pattern: string, actual: unknown, message?: string): void;
    function does_not_match(pattern: string, actual: unknown, message?: string): void;
    /** The function raises; given an error, that one, with or without the place that Lua puts before a message. */
    function has_error(body: () => unknown, expected?: unknown, message?: string): void;
    function has_no_error(body: () => unknown, message?: string): void;
    /** The function raises a message that has a match of the Lua pattern. */
    function error_matches(body: () => unknown, pattern: string, message?: string): void;
}
