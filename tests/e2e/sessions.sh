#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Signing in to the dashboard over real TLS, behind a proxy and on this machine: what a session may, how it ends, and
# what other pages, stolen cookies and guessed tokens get. usage: sessions.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

cd "$DIR"
make_secrets "$DIR"
mkdir -p workflows run
cat > fettle.yaml << END
listen:
  - {https: 0.0.0.0:0, serves: [hooks, api, dashboard], cert: tls/cert.pem, key: tls/key.pem}
  - {http: 127.0.0.1:0, serves: [api, dashboard]}
  - {http: 127.0.0.1:0, behind-proxy: true, serves: [api, dashboard]}
  - unix: run/fettle.sock
public-url: https://ci.example.com
workflows: workflows
runner: {isolation: $(isolation)}
END
printf '%s\n' 'name: hello' 'on: workflow_dispatch' 'jobs:' '  a: {approve: {by: [ann]}, steps: [{run: echo hello}]}' \
  > workflows/hello.yml
token() { # NAME SCOPES: into the file, and into T_NAME
  printf -v "T_$1" %s "$("$FETTLE" token new "$1" --scope "$2" --write -c fettle.yaml 2> token.err)"
}
token reader read
token ops read,run
token boss read,approve,admin
token blind run
places() { # of the newest start
  mapfile -t ports < <(sed -n 's/.*kind=http .*port=\([0-9]*\).*/\1/p' fettle.start)
  near=http://127.0.0.1:${ports[0]} proxied=http://127.0.0.1:${ports[1]}
  tls=https://127.0.0.1:$(logged_port https fettle.start)
}
start() {
  start_fettle "$DIR"
  places
}
start
unset FETTLE_URL FETTLE_TOKEN
export FETTLE_CONFIG=$DIR/fettle.yaml

call() { # [CURL OPTIONS] URL: status into $status, body into $body, head into the file head
  status=$(curl -sS --cacert tls/cert.pem -D head -o body -w '%{http_code}' "$@")
  body=$(cat body)
}
# As the browser of a page of ours behind the proxy. from ADDRESS [CURL OPTIONS] PATH
from() {
  call -H "X-Forwarded-For: 203.0.113.9, $1" -H 'Origin: https://ci.example.com' "${@:2:$#-2}" "$proxied${!#}"
}
X='X-Fettle-CSRF: x'
cookie_of() { sed -n 's/^Set-Cookie: \([^;]*\);.*\r$/\1/Ip' head; }
sign_in() { # ADDRESS TOKEN: $cookie and $csrf
  from "$1" -H "$X" -d "{\"token\":\"$2\"}" /api/v1/session
  same "signing in ($body)" "$status" 200
  cookie=$(cookie_of)
  csrf=$(jq -r .csrf <<< "$body")
}
with() { # [CURL OPTIONS] PATH: as that session, with all that a page of ours sends
  from 192.0.2.99 -b "$cookie" -H "X-Fettle-CSRF: $csrf" "$@"
}
refusals() { curl -sS --unix-socket run/fettle.sock http://localhost/metrics | sed -n 's/^automation_refused_total{reason="\(.*\)"} /\1 /p'; }
# counted REASON STATUS COMMAND…: the answer; that each was counted once is seen by `settle`
declare -A WANTED=()
counted() {
  local reason=$1 want=$2
  shift 2
  "$@"
  same "$*: $body" "$status" "$want"
  WANTED[$reason]=$((${WANTED[$reason]:-0} + 1))
}
settle() { # at the end of a case, and before the server ends
  local reason is was
  refusals > now
  for reason in "${!WANTED[@]}"; do
    is=$(sed -n "s/^$reason //p" now) was=$(sed -n "s/^$reason //p" before)
    same "$reason counted" $((${is:-0} - ${was:-0})) "${WANTED[$reason]}"
  done
  WANTED=()
}
begin() { refusals > before; }
journal() { # what was asked for by whom, a line each
  curl -sS --unix-socket run/fettle.sock 'http://localhost/api/v1/journal?limit=1000' |
    jq -r '.journal[] | select(.kind == "api") | .to + " " + .cause'
}

the_first_start_leaves_a_token_in_a_file() {
  same "its mode" "$(stat -c %a state/setup-token)" 600
  has "the log" "$(cat fettle.start)" 'nobody has signed in yet'
  has "the log" "$(cat fettle.start)" "state/setup-token"
  local setup
  setup=$(cat state/setup-token)
  same "256 bits" ${#setup} $((7 + 5 + 43))
  has_not "the log" "$(cat fettle.log)" "${setup#fettle_once_}"
  sign_in 192.0.2.1 "$setup"
  same "what it may" "$(jq -c .scopes <<< "$body")" '["read","run","approve","admin"]'
  [ ! -e state/setup-token ] || fail "the file is still there"
  counted bad-sign-in 401 from 192.0.2.1 -H "$X" -d "{\"token\":\"$setup\"}" /api/v1/session
  settle
  stop_fettle KILL
  start
  begin
  [ ! -e state/setup-token ] || fail "a second one"
  with /api/v1/runs
  same "the session lives over a kill" "$status" 200
  with -X DELETE /api/v1/session
}

fettle_dashboard_signs_in_once() {
  local url
  url=$("$FETTLE" dashboard --scope run 2> err)
  has "the address" "$url" 'https://ci.example.com/login#token=fettle_once_'
  has_not "the log" "$(cat fettle.log)" "${url#*fettle_once_}"
  sign_in 192.0.2.2 "${url#*token=}"
  same "who" "$(jq -c '[.signed_in, .by, .scopes, .local]' <<< "$body")" "[true,\"session:$(id -un)\",[\"read\",\"run\"],false]"
  counted bad-sign-in 401 from 192.0.2.2 -H "$X" -d "{\"token\":\"${url#*token=}\"}" /api/v1/session
  has "the journal" "$(journal)" "one-time-token $(id -un)"
  # Nobody gets one with what he has been given, nor over TCP.
  counted no-scope 403 with -d '{}' /api/v1/session/token
  sign_in 192.0.2.2 "$T_boss"
  counted not-local 403 with -d '{}' /api/v1/session/token
  counted not-local 403 call -X POST "$near/api/v1/session/token"
  call --unix-socket run/fettle.sock -d '{"scopes":["nonsense"]}' http://localhost/api/v1/session/token
  same "no scope" "$status" 422
}

a_token_becomes_a_session_with_its_scopes() {
  sign_in 192.0.2.3 "$T_ops"
  has "behind TLS" "$(cat head)" "; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict; Secure"
  [[ $cookie == __Host-fettle=* ]] || fail "the name of $cookie"
  has "not to be kept" "$(cat head)" 'Cache-Control: no-store'
  with /api/v1/runs
  same "read" "$status" 200
  with -d '{}' /api/v1/workflows/hello/dispatch
  same "run" "$status" 202
  counted no-scope 403 with -X POST /api/v1/queue/pause
  has "its text" "$body" 'the session \"ops\" has not the scope \"admin\"'
  counted no-scope 403 from 192.0.2.3 -H "$X" -d "{\"token\":\"$T_blind\"}" /api/v1/session
  journal > did
  has "the journal" "$(cat did)" "sign-in session:ops, from 192.0.2.3"
  has "the journal" "$(cat did)" "workflow_dispatch session:ops"
  has "the journal" "$(cat did)" "sign-in-refused no-scope, from 192.0.2.3"
  wait_until '"$FETTLE" runs --json | jq -e ".runs | length == 1"' "$LONG"
  sign_in 192.0.2.3 "$T_boss"
  local run
  run=$("$FETTLE" runs -o name)
  wait_until "'$FETTLE' runs show $run --json | jq -e '.approvals | length == 1'" "$LONG"
  with -X POST "/api/v1/runs/$run/approve"
  same "approve" "$status" 202
  wait_until "'$FETTLE' runs show $run --json | jq -e '.conclusion == \"success\"'" "$LONG"
  same "who" "$("$FETTLE" runs show "$run" --json | jq -r '.approvals[0].answered_by')" session:boss
}

what_other_pages_send_changes_nothing() {
  sign_in 192.0.2.4 "$T_boss"
  local pause=/api/v1/queue/pause form='Content-Type: application/x-www-form-urlencoded' before
  before=$(journal | grep -c '^pause' || true)
  p() { call -X POST -b "$cookie" "$@" "$proxied$pause"; }
  counted foreign-origin 403 p -H 'Origin: https://evil.example' -H "$form" -d a=b
  counted foreign-origin 403 p -H 'Origin: null' -H "X-Fettle-CSRF: $csrf"
  counted foreign-origin 403 p -H 'Origin: https://evil.example' -H "X-Fettle-CSRF: $csrf"
  counted foreign-origin 403 p -H 'Origin: http://ci.example.com' -H "X-Fettle-CSRF: $csrf"
  counted foreign-origin 403 p -H "X-Fettle-CSRF: $csrf"
  counted foreign-origin 403 p -H 'Origin: https://ci.example.com' -H 'Origin: https://ci.example.com' -H "X-Fettle-CSRF: $csrf"
  counted foreign-origin 403 p -H 'Origin: https://ci.example.com' -H 'Sec-Fetch-Site: cross-site' -H "X-Fettle-CSRF: $csrf"
  counted foreign-origin 403 p -H 'Origin: https://ci.example.com' -H 'Sec-Fetch-Site: same-site' -H "X-Fettle-CSRF: $csrf"
  # A stolen cookie without the word, and with that of another session.
  counted no-csrf 403 p -H 'Origin: https://ci.example.com'
  counted no-csrf 403 p -H 'Origin: https://ci.example.com' -H "X-Fettle-CSRF: ${csrf%?}"
  local mine=$cookie other=$csrf
  sign_in 192.0.2.4 "$T_reader"
  counted no-csrf 403 call -X POST -b "$mine" -H 'Origin: https://ci.example.com' -H "X-Fettle-CSRF: $csrf" "$proxied$pause"
  # Reading for another page gets no answer either; somebody who follows a link does.
  counted foreign-origin 403 call -b "$cookie" -H 'Sec-Fetch-Site: cross-site' -H 'Sec-Fetch-Mode: no-cors' "$proxied/api/v1/runs"
  call -b "$cookie" -H 'Sec-Fetch-Site: cross-site' -H 'Sec-Fetch-Mode: navigate' -H 'Sec-Fetch-Dest: document' "$proxied/api/v1/runs"
  same "a link" "$status" 200
  same "nothing was paused" "$(journal | grep -c '^pause' || true)" "$before"
  cookie=$mine csrf=$other
  with -H 'Sec-Fetch-Site: same-origin' -X POST $pause
  same "our own page" "$status" 202
  with -X POST /api/v1/queue/resume
  has "the journal" "$(journal)" "pause session:boss"
}

signing_in_is_not_for_other_pages() {
  local token="{\"token\":\"$T_ops\"}"
  counted no-csrf 403 from 192.0.2.5 -d "$token" /api/v1/session
  counted foreign-origin 403 call -H 'Origin: https://evil.example' -H "$X" -d "$token" "$proxied/api/v1/session"
  counted foreign-origin 403 call -H 'Origin: null' -H "$X" -d "$token" "$proxied/api/v1/session"
  counted foreign-origin 403 call -H 'Sec-Fetch-Site: cross-site' -H "$X" -d "$token" "$proxied/api/v1/session"
  local b
  for b in '' x '{}' '[]' '{"token":7}' '{"token":""}' '{"token":"a","more":1}'; do
    from 192.0.2.5 -H "$X" -d "$b" /api/v1/session
    [[ $status == 4?? ]] || fail "$b: $status"
  done
  from 192.0.2.5 -H "$X" -d "{\"token\":\"$(printf 'x%.0s' {1..5000})\"}" /api/v1/session
  same "too large" "$status" 413
  has_not "no cookie" "$(cat head)" Set-Cookie
}

cookies_of_others_are_not_believed() {
  sign_in 192.0.2.6 "$T_ops"
  local value=${cookie#*=} wrong
  wrong=$(tr 'A-Za-z' 'B-ZAb-za' <<< "$value")
  counted bad-session 401 from 192.0.2.6 -b "__Host-fettle=$wrong" /api/v1/runs
  has "it is taken back" "$(cat head)" 'Set-Cookie: __Host-fettle=; Path=/; Max-Age=0'
  counted bad-session 401 from 192.0.2.6 -b "__Host-fettle=short" /api/v1/runs
  counted two-cookies 401 from 192.0.2.6 -b "$cookie; $cookie" /api/v1/runs
  counted two-cookies 401 from 192.0.2.6 -b "$cookie; a=b; __Host-fettle=$wrong" /api/v1/runs
  counted no-token 401 from 192.0.2.6 -b "fettle=$value" /api/v1/runs   # put there by plain http
  counted no-token 401 call -b "fettle=$value" "$tls/api/v1/runs"
  call -b "$cookie" "$tls/api/v1/runs"
  same "the same server over TLS" "$status" 200
  # A token goes before the cookie, with its own scopes.
  from 192.0.2.6 -b "$cookie" -H "Authorization: Bearer $T_reader" /api/v1/runs
  same "token and cookie" "$status" 200
  counted no-scope 403 from 192.0.2.6 -b "$cookie" -H "X-Fettle-CSRF: $csrf" -H "Authorization: Bearer $T_reader" -X POST /api/v1/reload
  counted bad-token 401 from 192.0.2.6 -b "$cookie" -H "Authorization: Bearer wrong" /api/v1/runs
  # Who is not in hears so without a refusal, and loses the old cookie.
  from 192.0.2.6 -b "__Host-fettle=$wrong" /api/v1/session
  same "who" "$(jq -c '[.signed_in, .by, .scopes, .local]' <<< "$body")" '[false,null,[],false]'
  has "it is taken back" "$(cat head)" 'Set-Cookie: __Host-fettle=; Path=/; Max-Age=0'
}

a_page_on_this_machine_needs_no_sign_in() {
  local own="Origin: $near" pause=$near/api/v1/queue/resume
  call "$near/api/v1/session"
  same "who" "$(jq -c '[.signed_in, .local, .csrf]' <<< "$body")" '[false,true,"none"]'
  call -X POST "$pause"
  same "no browser" "$status" 202
  call -X POST -H "$own" -H "$X" -H 'Sec-Fetch-Site: same-origin' "$pause"
  same "our own page" "$status" 202
  call -H "$own" "$near/api/v1/runs"
  same "reads" "$status" 200
  counted no-csrf 403 call -X POST -H "$own" "$pause"
  counted no-csrf 403 call -X POST -H 'Referer: http://evil.example/' "$pause"
  counted no-csrf 403 call -X POST -H 'Cookie: a=b' "$pause"
  counted not-local 403 call -X POST -H 'Origin: http://evil.example' -H "$X" "$pause"
  counted not-local 403 call -X POST -H 'Origin: null' -H "$X" "$pause"
  counted not-local 403 call -X POST -H 'Origin: http://127.0.0.1:1' -H "$X" "$pause"
  counted not-local 403 call -X POST -H "$own" -H "$X" -H 'Sec-Fetch-Site: same-site' "$pause"
  counted not-local 403 call -H 'Sec-Fetch-Site: cross-site' -H 'Sec-Fetch-Mode: no-cors' "$near/api/v1/runs"
  # A name that was made to point here: host and origin agree, and are not ours.
  local port=${near##*:}
  counted not-local 403 call -X POST -H "Host: evil.example:$port" -H "Origin: http://evil.example:$port" -H "$X" "$pause"
  counted not-local 403 call -H "Host: evil.example:$port" "$near/api/v1/runs"
  counted not-local 403 call -H "Host: evil.example:$port" -H "Origin: http://evil.example:$port" -H "$X" \
    -d "{\"token\":\"$T_ops\"}" "$near/api/v1/session"
  # A session there takes rights away, over plain http under its plain name.
  call -H "$own" -H "$X" -d "{\"token\":\"$T_reader\"}" "$near/api/v1/session"
  same "signing in" "$status" 200
  local c csrf
  c=$(cookie_of) csrf=$(jq -r .csrf <<< "$body")
  [[ $c == fettle=* ]] || fail "the name of $c"
  has_not "no TLS" "$(cat head)" Secure
  counted no-scope 403 call -X POST -b "$c" -H "$own" -H "X-Fettle-CSRF: $csrf" "$pause"
  call -X DELETE -b "$c" -H "$own" -H "X-Fettle-CSRF: $csrf" "$near/api/v1/session"
  same "signing out" "$status" 200
  same "as before" "$(jq -c '[.signed_in, .local]' <<< "$body")" '[false,true]'
  has "it is taken back" "$(cat head)" 'Set-Cookie: fettle=; Path=/; Max-Age=0'
  counted bad-session 401 call -b "$c" "$near/api/v1/runs"
}

sessions_end() {
  sign_in 192.0.2.7 "$T_ops"
  local first=$cookie id
  counted no-csrf 403 with -X DELETE -H 'X-Fettle-CSRF: twice' /api/v1/session
  counted no-csrf 403 from 192.0.2.7 -b "$cookie" -X DELETE -H "$X" /api/v1/session
  with -X DELETE /api/v1/session
  same "signed out" "$status" 200
  counted bad-session 401 with /api/v1/runs
  has "the journal" "$(journal)" "sign-out session:ops"
  # By an administrator, and by signing in again.
  sign_in 192.0.2.7 "$T_ops"
  id=$("$FETTLE" sessions -o name | head -1)
  same "whose" "$("$FETTLE" sessions --json | jq -r '.sessions[0].name')" ops
  curl -sSN -b "$cookie" "$proxied/api/v1/stream" > events &
  local viewer=$!
  wait_until 'grep -q "^event: hello" events' "$LONG"
  "$FETTLE" sessions end "$id" > out || fail "$(cat out)"
  counted bad-session 401 with /api/v1/runs
  has "the journal" "$(journal)" "session-end $(id -un)"
  rc=0
  "$FETTLE" sessions end "$id" 2> err || rc=$?
  same "a second time ($(cat err))" $rc 4
  wait_until "! kill -0 $viewer" "$LONG" # what it followed ends with it
  sign_in 192.0.2.7 "$T_ops"
  first=$cookie
  from 192.0.2.7 -b "$cookie" -H "$X" -d "{\"token\":\"$T_reader\"}" /api/v1/session
  same "again" "$status" 200
  counted bad-session 401 from 192.0.2.7 -b "$first" /api/v1/runs
  # With its token; and with the scopes that this has now.
  sign_in 192.0.2.7 "$T_ops"
  sed -i 's/^\(.*name: "ops".*\)scopes: \[read, run\]/\1scopes: [read]/; /name: "boss"/d' fettle.yaml
  "$FETTLE" reload > /dev/null
  wait_until "! '$FETTLE' sessions --json | jq -e '.sessions[] | select(.name == \"boss\")'" "$LONG"
  counted no-scope 403 with -d '{}' /api/v1/workflows/hello/dispatch
  sed -i '/name: "ops"/d' fettle.yaml
  "$FETTLE" reload > /dev/null
  counted bad-session 401 with /api/v1/runs
  has "the journal" "$(journal)" "session-end session:ops, its token is gone"
}

old_ones_are_over() {
  sign_in 192.0.2.8 "$T_reader"
  local idle=$cookie
  sign_in 192.0.2.8 "$T_reader"
  local old=$cookie
  sign_in 192.0.2.8 "$T_reader"
  settle
  stop_fettle
  local now
  now=$(($(date +%s) * 1000))
  set_time() { # COOKIE COLUMN MS-AGO
    local hash
    hash=$(printf %s "${1#*=}" | sha256sum | cut -c 1-64)
    sqlite3 state/fettle.db "UPDATE session SET $2 = $((now - $3)) WHERE hash = x'$hash'; SELECT changes()"
  }
  if command -v sqlite3 > /dev/null; then
    same "one row" "$(set_time "$idle" seen_at $((12 * 3600000)))" 1
    same "one row" "$(set_time "$old" ends_at 1)" 1
    same "one row" "$(set_time "$cookie" seen_at $((11 * 3600000)))" 1
  fi
  start
  begin
  with /api/v1/runs
  same "eleven hours" "$status" 200
  command -v sqlite3 > /dev/null || return 0
  counted bad-session 401 from 192.0.2.8 -b "$idle" /api/v1/runs
  counted bad-session 401 from 192.0.2.8 -b "$old" /api/v1/runs
  # Swept, and that one was seen is written.
  wait_until "[ \"\$(sqlite3 -readonly state/fettle.db 'SELECT count(*) FROM session WHERE seen_at <= $now - 39600000')\" = 0 ]" "$LONG"
}

guessing_is_slow() {
  local i
  for i in 1 2 3 4 5 6 7 8 9 10; do
    from 198.51.100.1 -H "$X" -d '{"token":"fettle_guess"}' /api/v1/session
    same "try $i" "$status" 401
  done
  counted sign-in-limit 429 from 198.51.100.1 -H "$X" -d "{\"token\":\"$T_reader\"}" /api/v1/session
  local wait
  wait=$(sed -n 's/^Retry-After: \([0-9]*\).*/\1/Ip' head)
  [ "$wait" -ge 1 ] && [ "$wait" -le 6 ] || fail "Retry-After: $wait"
  sign_in 198.51.100.2 "$T_reader"
  same "audited" "$(journal | grep -c '^sign-in-refused bad-sign-in, from 198.51.100.1$')" 10
  has "the log" "$(cat fettle.log)" 'sign-in refused'
}

without_a_dashboard_there_is_no_address() {
  mkdir -p other/run
  printf '%s\n' 'listen: [{unix: run/fettle.sock}]' 'store: sqlite:other.db' 'state: state' > other/fettle.yaml
  "$FETTLE" serve -c other/fettle.yaml 2> other/log &
  local pid=$! rc=0
  wait_until 'grep -q msg=ready other/log' "$LONG"
  "$FETTLE" dashboard -c other/fettle.yaml 2> err || rc=$?
  stop_pid $pid
  same "($(cat err))" $rc 8
  has "its text" "$(cat err)" "no listener serves the dashboard"
  [ ! -e other/state/setup-token ] || fail "a token, though nobody comes from elsewhere"
}

nothing_secret_is_written_down() {
  sign_in 192.0.2.10 "$T_reader"
  local word
  for word in "${cookie#*=}" "${T_reader#fettle_}" "$csrf" fettle_guess; do
    ! grep -qaF -e "$word" -r fettle.log state || fail "it was written down: $word"
  done
}

counted_case() {
  begin
  "$CASE"
  settle
}
in_place() { # SENTENCE FUNCTION: a case before it may have started the server again
  [ -z "${ONLY:-}" ] || [ "$ONLY" = "$2" ] || return 0
  places
  CASE=$2
  ONLY= case_of "$1" counted_case
}
in_place 'the first start leaves a token in a file' the_first_start_leaves_a_token_in_a_file
in_place 'fettle dashboard signs in once' fettle_dashboard_signs_in_once
in_place 'a token becomes a session with its scopes' a_token_becomes_a_session_with_its_scopes
in_place 'what other pages send changes nothing' what_other_pages_send_changes_nothing
in_place 'signing in is not for other pages' signing_in_is_not_for_other_pages
in_place 'cookies of others are not believed' cookies_of_others_are_not_believed
in_place 'a page on this machine needs no sign-in' a_page_on_this_machine_needs_no_sign_in
in_place 'sessions end' sessions_end
in_place 'old ones are over' old_ones_are_over
in_place 'guessing is slow' guessing_is_slow
in_place 'without a dashboard there is no address' without_a_dashboard_there_is_no_address
in_place 'nothing secret is written down' nothing_secret_is_written_down
finish_cases
