#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tokens of the API over real TLS: what each scope may, what is refused and counted, and who did what in the journal.
# usage: tokens.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

cd "$DIR"
make_secrets "$DIR"
mkdir -p workflows run
cat > fettle.yaml << END
listen:
  - {https: 0.0.0.0:0, serves: [hooks, api], cert: tls/cert.pem, key: tls/key.pem}
  - {http: 127.0.0.1:0, behind-proxy: true, serves: [api]} # a proxy on this machine says nothing of itself
  - unix: run/fettle.sock
workflows: workflows
runner: {isolation: $(isolation)}
END
printf '%s\n' 'name: hello' 'on: workflow_dispatch' 'jobs:' '  a: {approve: {by: [ann]}, steps: [{run: echo hello}]}' \
  > workflows/hello.yml
check=$("$FETTLE" check fettle.yaml 2>&1)
has "an API that nobody can use" "$check" "0.0.0.0:0 serves the API to other machines, and there is no token"

token() { # NAME SCOPES: into the file, and into T_NAME
  printf -v "T_$1" %s "$("$FETTLE" token new "$1" --scope "$2" --write -c fettle.yaml 2> token.err)"
}
token reader read
token runner run,read
token boss read,approve
token admin admin
token git hook
! grep -q fettle_ fettle.yaml || fail "a token stands in the file"
[ "$(grep -c 'hash: "sha256:' fettle.yaml)" = 5 ] || fail "not five entries"
grep -q 'a proxy on this machine says nothing' fettle.yaml || fail "a comment is gone"
start_fettle "$DIR"
unset FETTLE_URL FETTLE_TOKEN
export FETTLE_CA=$DIR/tls/cert.pem

# as TOKEN COMMAND…: over TLS
as() {
  local t=$1
  shift
  FETTLE_URL=https://127.0.0.1:$HTTPS_PORT FETTLE_TOKEN=$t "$FETTLE" "$@"
}
call() { # [CURL OPTIONS] PATH: status into $status, body into $body
  status=$(curl -sS --cacert tls/cert.pem -D head -o body -w '%{http_code}' "${@:1:$#-1}" "https://127.0.0.1:$HTTPS_PORT${!#}")
  body=$(cat body)
}
bearer() { # TOKEN [CURL OPTIONS] PATH
  call -H "Authorization: Bearer $1" "${@:2}"
}
refused() { # REASON: how often it was counted
  "$FETTLE" status --json -c fettle.yaml > /dev/null
  curl -sS --unix-socket run/fettle.sock http://localhost/metrics |
    sed -n "s/^automation_refused_total{reason=\"$1\"} //p"
}
exits() { # CODE COMMAND…
  local want=$1 rc=0
  shift
  "$@" > out 2> err || rc=$?
  [ $rc = "$want" ] || fail "exit $rc instead of $want: $* ($(cat out err))"
}

without_a_token_nothing_is_open() {
  local path
  for path in /metrics /api/v1/stats /api/v1/runs /api/v1/queue; do
    call $path
    same "$path" "$status" 401
    grep -qi '^WWW-Authenticate: Bearer realm="fettle"' head || fail "no challenge"
    grep -qi '^Content-Type: application/problem+json' head || fail "no problem document"
    has "its text" "$body" '"title":"a token is needed'
  done
  call -X POST /api/v1/reload
  same "a write" "$status" 401
  # What a proxy on this machine passes on looks like a call of this machine.
  status=$(curl -sS -o body -w '%{http_code}' "http://127.0.0.1:$HTTP_PORT/api/v1/runs")
  same "behind a proxy" "$status" 401
  [ "$(refused no-token)" = 6 ] || fail "counted $(refused no-token) times"
  call /api/v1/nothing
  same "no such resource" "$status" 404
}

a_wrong_token_is_401_also_on_the_local_socket() {
  local t
  for t in wrong "${T_reader}x" "${T_reader%?}" "$(sed -n 's/.*"\(sha256:[0-9a-f]*\)".*/\1/p' fettle.yaml | head -1)"; do
    bearer "$t" /api/v1/runs
    same "$t" "$status" 401
    grep -qi 'error="invalid_token"' head || fail "no invalid_token"
  done
  call -H "Authorization: Bearer $T_reader" -H "Authorization: Bearer $T_admin" /api/v1/runs
  same "two at once" "$status" 401
  exits 5 env FETTLE_URL=unix:$DIR/run/fettle.sock FETTLE_TOKEN=wrong "$FETTLE" runs
  has "its text" "$(cat err)" "the token is not known"
  [ "$(refused bad-token)" = 6 ] || fail "counted $(refused bad-token) times"
}

each_scope_does_its_own_and_no_more() {
  local t
  for t in "$T_admin" "$T_git"; do
    exits 5 as "$t" runs
    has "its text" "$(cat err)" 'has not the scope "read"'
  done
  bearer "$T_git" /api/v1/runs
  same "not enough" "$status" 403
  grep -qi 'error="insufficient_scope", scope="read"' head || fail "no insufficient_scope"
  exits 0 as "$T_reader" runs
  exits 0 as "$T_reader" status
  exits 5 as "$T_reader" dispatch hello
  exits 5 as "$T_reader" reload
  exits 5 as "$T_runner" reload
  exits 5 as "$T_runner" queue pause
  exits 5 as "$T_admin" dispatch hello
  exits 0 as "$T_admin" queue pause
  exits 0 as "$T_admin" queue resume
  exits 0 as "$T_admin" reload
  [ "$(refused no-scope)" -ge 8 ] || fail "counted $(refused no-scope) times"
}

a_run_is_started_and_approved_by_those_who_may() {
  exits 0 as "$T_runner" dispatch hello --quiet
  wait_until '"$FETTLE" runs --json -c fettle.yaml | jq -e ".runs | length == 1"' "$LONG"
  local run
  run=$("$FETTLE" runs -o name -c fettle.yaml)
  wait_until "as '$T_reader' runs show $run --json | jq -e '.approvals | length == 1'" "$LONG"
  exits 5 as "$T_runner" runs approve "$run"
  exits 0 as "$T_boss" runs approve "$run"
  wait_until "as '$T_reader' runs show $run --json | jq -e '.conclusion == \"success\"'" "$LONG"
  as "$T_reader" runs show "$run" --json > shown
  same "who answered" "$(jq -r '.approvals[0].answered_by' shown)" token:boss
  same "the whole log" "$(as "$T_reader" runs logs "$run" | grep -c '^hello$')" 1
  curl -sS --unix-socket run/fettle.sock "http://localhost/api/v1/journal?limit=1000" > journal
  jq -r '.journal[] | select(.kind == "api") | .to + " " + .cause' journal > did
  has "the journal" "$(cat did)" "workflow_dispatch token:runner"
  has "the journal" "$(cat did)" "approve token:boss"
  has "the journal" "$(cat did)" "reload token:admin"
  has_not "nothing of what was refused" "$(cat did)" token:reader
  curl -sS --unix-socket run/fettle.sock "http://localhost/api/v1/journal?after=$(jq '.journal[-1].seq' journal)" |
    jq -e '.journal == []' > /dev/null || fail "more behind the end"
  ! grep -q "${T_boss#fettle_}" -r fettle.log state journal || fail "a token was written down"
}

the_socket_of_this_machine_needs_none_and_is_named() {
  exits 0 "$FETTLE" queue pause -c fettle.yaml
  exits 0 "$FETTLE" queue resume -c fettle.yaml
  has "the journal" "$(curl -sS --unix-socket run/fettle.sock "http://localhost/api/v1/journal?limit=1000" |
    jq -r '.journal[] | select(.kind == "api") | .to + " " + .cause')" "pause $(id -un)"
}

a_removed_token_ends_with_the_reload() {
  exits 8 "$FETTLE" token new reader --scope read --write -c fettle.yaml
  sed -i '/name: "reader"/d' fettle.yaml
  bearer "$T_reader" /api/v1/runs
  same "before" "$status" 200
  exits 0 as "$T_admin" reload
  bearer "$T_reader" /api/v1/runs
  same "after" "$status" 401
}

a_token_is_not_sent_in_the_open() {
  exits 2 env FETTLE_URL=http://192.0.2.1:1 FETTLE_TOKEN=x "$FETTLE" runs
  exits 2 "$FETTLE" token new x --scope rea
  exits 2 "$FETTLE" token new x
  exits 2 "$FETTLE" token new 'a b' --scope read
  exits 4 "$FETTLE" token new x --scope read --write -c nothing.yaml
}

case_of 'without a token nothing is open' without_a_token_nothing_is_open
case_of 'a wrong token is 401, also on the local socket' a_wrong_token_is_401_also_on_the_local_socket
case_of 'each scope does its own and no more' each_scope_does_its_own_and_no_more
case_of 'a run is started and approved by those who may' a_run_is_started_and_approved_by_those_who_may
case_of 'the socket of this machine needs none, and the journal names its user' the_socket_of_this_machine_needs_none_and_is_named
case_of 'a removed token ends with the reload' a_removed_token_ends_with_the_reload
case_of 'a token is not sent in the open' a_token_is_not_sent_in_the_open
finish_cases
