#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bad input against the real server: real TLS, a real database, real processes. Every case is a sentence; ANSWERS.md has
# the answers for people.
#     abuse.sh FETTLE FIXTURES [CASE...]
set -u
export LC_ALL=C
fettle=$(readlink -f "$1") fixtures=$(readlink -f "$2")
shift 2
wanted=("$@")
here=$(dirname "$(readlink -f "$0")")
for tool in curl openssl jq sqlite3 git prlimit; do
    command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
dir=$(mktemp -d /tmp/fettle-abuse.XXXXXX)
chmod 755 "$dir"
. "$here/abuse_lib.sh"
for part in intake body sender exhaust step secret; do . "$here/abuse_$part.sh"; done
trap clean EXIT
trap 'exit 130' INT TERM

# Cases are told apart by the server that they need; `only` keeps those that were asked for.
only() {
    ((${#wanted[@]} == 0)) && return
    local w
    for w in "${wanted[@]}"; do [[ $1 == $w ]] && return; done
    return 1
}
cases() { local c; for c; do ! only "$c" || check "$c"; done; }

home main
workflow main main 'echo hello'
workflow_folder
start main || exit 1
cases "${intake_cases[@]}" "${body_cases[@]}" "${sender_cases[@]}" "${step_cases[@]}"
cases secrets_appear_nowhere metrics_are_well_formed the_log_is_one_line_an_event no_process_of_a_step_is_left
stop
cases "${exhaust_cases[@]}"
report
