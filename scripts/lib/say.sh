# shellcheck shell=bash
# What scripts tell people.

say() { printf '%s\n' "      $*"; }
die() {
    printf '%s\n' "error: $*" >&2
    exit 1
}

# logged COMMAND...: runs it with its output in $log; shows the end of that where it fails.
logged() {
    # shellcheck disable=SC2154 # set by the script that sources this
    printf '\n$ %s\n' "$*" >> "$log"
    if ! "$@" >> "$log" 2>&1 < /dev/null; then
        tail -n 15 "$log" >&2
        die "'$*' failed; all of its output is in $log"
    fi
}
