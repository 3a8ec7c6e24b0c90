#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every verb: what it prints for people on 80 columns, its JSON against a schema, its exit codes, its worst error. One lab,
# one server, one store for all. The cases are in verbs/*.sh, a file a group of verbs; a verb of the table without them
# fails here. usage: verbs.sh FOLDER-OF-THE-PROGRAMS
set -u
. "$(dirname "$0")/lib.sh" "$1"
root=$(cd "$E2E/../.." && pwd)
schemas=$root/tests/cli/schema
export PATH=$BIN:$PATH LC_ALL=C.UTF-8 COLUMNS=80
unset FETTLE_CONFIG FETTLE_URL FETTLE_TOKEN FETTLE_CA FETTLE_TIMEOUT FETTLE_LAB NO_COLOR CLICOLOR_FORCE
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY
tmp=$DIR/said
mkdir -p "$tmp" "$DIR/json"
cd "$DIR" || exit 1
. "$E2E/verbs_checks.sh"
: >seen

# For the cases. WHAT is a verb with its second word: "runs list".
# exits CODE WHAT WORDS…
exits() {
    local code=$1 what=$2
    shift 2
    # shellcheck disable=SC2086
    run "$code" fettle $what "$@"
    echo "$what	$code" >>"$DIR/seen"
}
# text WHAT WORDS…: for people, at most 80 columns wide; $out
text() {
    exits "${CODE:-0}" "$@"
    echo "$1	text" >>"$DIR/seen"
    [ "$(wc -L <"$tmp/.out")" -le 80 ] || same "fettle $* on 80 columns" "$(while IFS= read -r line; do [ "$(wc -L <<<"$line")" -le 80 ] || echo "$line"; done <"$tmp/.out")" ''
}
# prose WHAT WORDS…: for people, in sentences that a terminal folds
prose() {
    exits "${CODE:-0}" "$@"
    echo "$1	text" >>"$DIR/seen"
}
# js WHAT WORDS…: its JSON, which is looked at with the schema of that name at the end; $out
js() {
    local what=$1
    shift
    exits "${CODE:-0}" "$what" --json "$@"
    echo "$what	json" >>"$DIR/seen"
    cp "$tmp/.out" "$DIR/json/${what// /-}.$(wc -l <"$DIR/seen").json"
}
# worst CODE PART WHAT WORDS…: the error that people meet; PART of what is said then
worst() {
    local code=$1 part=$2
    shift 2
    exits "$code" "$@"
    echo "$1	worst" >>"$DIR/seen"
    has "fettle $*" "$err" "$part"
}
# name CODE…: of WHAT these exit codes are seen elsewhere, or cannot be brought about: say where or why in a comment
elsewhere() {
    local what=$1 code
    shift
    for code; do echo "$what	$code" >>"$DIR/seen"; done
}

# ---- what all look at ----
start_lab "$DIR" --hook-ca "$DIR/tls-later.pem" 2>/dev/null || exit 1
make_config "$DIR"
cp tls/cert.pem tls-later.pem
stop_lab
start_lab "$DIR" --hook-ca "$DIR/tls/cert.pem"
cat >workflows/jobs.yml <<'END'
name: jobs with a name that is longer than a column
on: {push: {branches: [main], repos: [backend]}, workflow_dispatch: {}}
jobs:
  first:
    steps: [{name: talk, run: "echo hello > report; echo said"}, {uses: upload-artifact, with: {name: report, path: report}}]
  second:
    needs: first
    steps: [{name: fail, run: "echo 'error: no' >&2; exit 3", retry: 2}]
  third:
    needs: [first, second]
    steps: [{run: echo third}]
END
cat >workflows/asks.yml <<'END'
name: asks
on: {workflow_dispatch: {}}
jobs: {a: {approve: {by: [ann]}, steps: [{run: echo}]}}
END
rm -f workflows/ci.yml
start_fettle "$DIR"
export FETTLE_CONFIG=$DIR/fettle.yaml FETTLE_LAB=$LAB_URL
nobody=0am000000000a
push github backend >/dev/null
wait_until '[ -n "$(fettle runs --state failure -o name)" ]' 20
wait_until '[ -z "$(fettle effects --state pending -o name)" ]' 20
first=$(fettle runs -o name)
delivery=$(fettle deliveries --state matched -o name)

for file in "$E2E"/verbs/*.sh; do
    . "$file"
done

# ---- a server that is not there, says no, says nothing, or a configuration that cannot be read ----
printf 'nonsense: 1\n' >bad.yaml
if command -v python3 >/dev/null; then
    python3 -c 'import socket, time
s = socket.socket(socket.AF_UNIX); s.bind("silent.sock"); s.listen(64); time.sleep(60)' &
    silent=$!
    wait_until '[ -S silent.sock ]' 5
else
    silent=
fi
while IFS=$'\t' read -r what words; do
    [ -n "$what" ] || continue # not in the table yet
    # shellcheck disable=SC2086
    FETTLE_URL=http://127.0.0.1:1 exits 6 "$what" $words
    has "fettle $what says how to start it" "$err" '`fettle serve`'
    # shellcheck disable=SC2086
    FETTLE_URL=http://api.localhost:$HTTP_PORT exits 5 "$what" $words
    # shellcheck disable=SC2086
    FETTLE_CONFIG=bad.yaml exits 3 "$what" $words
    # shellcheck disable=SC2086
    FETTLE_CONFIG=nothing.yaml exits 4 "$what" $words
    # shellcheck disable=SC2086
    if [ -n "$silent" ]; then FETTLE_TIMEOUT=30ms FETTLE_URL=unix:$DIR/silent.sock exits 7 "$what" $words; else elsewhere "$what" 7; fi
done <<END
deliveries list
deliveries show	$delivery
deliveries replay	$delivery
runs list
runs show	$first
runs logs	$first
runs watch	$first
runs why	$first
runs graph	$first
runs cancel	$first
runs approve	$first
runs reject	$first
runs rerun	$first
runs download	$first
recoveries list
recoveries flaky
effects list
effects redrive	$first
queue list
queue pause
queue resume
queue bump	$first
queue priority	$first high
status
$(fettle _complete -- top | sed -n 's/^top	.*/top	--once/p')
reload
dashboard
sessions list
sessions end	$nobody
dispatch	asks
explain	$delivery
END
[ -z "$silent" ] || { kill "$silent"; wait "$silent" 2>/dev/null; }

# ---- is every row of the table seen? ----
# WHAT TAB json|- TAB exit codes, from the reference
fettle help commands | awk '
    function done_with() {
        if (what == "" || codes == "") return
        n = split(codes, part, ", ")
        list = ""
        for (i = 1; i <= n; i++) if (part[i] ~ /^[0-9]+ /) {
            split(part[i], w, " ")
            if (w[1] != 1 || part[i] != "1 refused") list = list " " w[1]
        }
        print what "\t" (json ? "json" : "-") "\t" list
        what = ""
    }
    /^##+ fettle / { done_with(); what = substr($0, index($0, "fettle ") + 7); codes = ""; json = 0; at = 0 }
    /^\[And\]|^\| `--json`/ { if (index($0, "`--json`")) json = 1 }
    /^Exit codes: / { codes = substr($0, 13); at = 1; next }
    at && NF { codes = codes " " $0 }
    !NF { at = 0 }
    END { done_with() }' >rows
sort -u seen >seen.sorted
is_seen() { grep -qxF "$1	$2" seen.sorted; }
unseen() { # WHAT KIND
    failed=$((failed + 1))
    echo "FAILED: fettle $1: $2 is not tried: tests/e2e/verbs/"
}
while IFS=$'\t' read -r what json codes; do
    is_seen "$what" text || unseen "$what" 'its text'
    is_seen "$what" worst || unseen "$what" 'its worst error'
    [ "$json" = - ] || is_seen "$what" json || unseen "$what" 'its JSON'
    for code in $codes; do is_seen "$what" "$code" || unseen "$what" "exit code $code"; done
done <rows
# An exit code that the table does not tell of
while IFS=$'\t' read -r what code; do
    case $code in [013456789]) ;; *) continue ;; esac
    awk -F'\t' -v w="$what" -v c="$code" '$1 == w && (c <= 1 || index(" " $3 " ", " " c " ")) { ok = 1 } END { exit !ok }' rows ||
        { failed=$((failed + 1)); echo "FAILED: fettle $what exits $code, and its row does not say so"; }
done <seen.sorted

# ---- JSON ----
if command -v node >/dev/null && [ -d "$root/tests/schema/node_modules/ajv" ]; then
    run 0 node "$root/tests/schema/cli.mjs" "$schemas" json
    printf '%s\n' "$out"
    sed 's/"schema":1/"schema":2/' "json/$(ls json | head -n 1)" >"$tmp/wrong.json"
    mkdir -p "$tmp/planted" && cp "$tmp/wrong.json" "$tmp/planted/$(ls json | head -n 1)"
    run 1 node "$root/tests/schema/cli.mjs" "$schemas" "$tmp/planted"
else
    echo 'schemas: node or ajv is not there (contrib/setup check)'
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
