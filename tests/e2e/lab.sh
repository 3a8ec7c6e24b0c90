#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The emulated forge by itself: the three dialects with their quirks, faults, the ledger, restarts, signed webhooks.
# usage: lab.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"

SHA=aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd
checks=0

# ask METHOD PATH [BODY]: sets $status, $answer and $head
ask() {
  local args=(-s -X "$1" -H "Authorization: Bearer tok-for-tests" -D "$DIR/head" -o "$DIR/answer" -w '%{http_code}')
  [ $# -lt 3 ] || args+=(-H 'Content-Type: application/json' --data-binary "$3")
  : > "$DIR/answer"
  : > "$DIR/head"
  status=$(curl "${args[@]}" "$LAB_URL$2") || true
  answer=$(cat "$DIR/answer")
  head=$(tr -d '\r' < "$DIR/head")
}

# expect STATUS [JQ-EXPRESSION]
expect() {
  checks=$((checks + 1))
  [ "$status" = "$1" ] || fail "line ${BASH_LINENO[0]}: $status instead of $1: $answer"
  [ $# -lt 2 ] || jq -e "$2" > /dev/null <<< "$answer" || fail "line ${BASH_LINENO[0]}: not $2: $answer"
}

state_must() {
  checks=$((checks + 1))
  state_has "$1" || fail "line ${BASH_LINENO[0]}: not $1: $(lab_state)"
}

repeat() { printf "%$2s" "" | sed "s/ /$1/g"; }

start_lab "$DIR"

# ---- GitHub ----
gh=/github/repos/acme/api
ask POST $gh/statuses/$SHA '{"state":"pending","context":"CI/Build"}'
expect 201 '.state == "pending" and .context == "CI/Build" and .creator.login == "lab-bot"'
ask POST $gh/statuses/$SHA '{"state":"success","context":"ci/build","description":"fine"}'
expect 201
ask GET $gh/commits/$SHA/status
expect 200 '.state == "success" and .total_count == 1 and .statuses[0].context == "ci/build"'
ask POST $gh/statuses/$SHA '{"state":"failure","context":"other"}'
expect 201
ask GET $gh/commits/$SHA/status
expect 200 '.state == "failure" and .total_count == 2'
ask GET $gh/commits/$SHA/statuses
expect 200 'length == 3 and .[0].context == "other" and .[2].state == "pending"'
ask POST $gh/statuses/$SHA '{"state":"running"}'
expect 422 '.errors[0].field == "state"'
ask POST $gh/statuses/$SHA "{\"state\":\"success\",\"description\":\"$(repeat x 141)\"}"
expect 422 '.errors[0].field == "description"'
ask POST $gh/statuses/$SHA "{\"state\":\"success\",\"description\":\"$(repeat ö 140)\"}"
expect 201
ask POST $gh/statuses/main '{"state":"success"}'
expect 422 '.message | startswith("No commit found for SHA")'
ask POST $gh/statuses/$SHA '{"state":'
expect 400
ask POST $gh/issues '{"body":"no title"}'
expect 422
for i in 1 2 3 4 5; do
  ask POST $gh/issues "{\"title\":\"issue $i\",\"body\":\"text\\n<!-- fettle:fp=mark$i -->\",\"labels\":[\"bug\",\"Auto\"]}"
  expect 201 ".number == $i and (.labels | map(.name)) == [\"bug\",\"Auto\"] and .state == \"open\""
done
ask GET $gh/labels
expect 200 'map(.name) == ["bug","Auto"] and .[0].color == "ededed"'
ask GET "$gh/issues?state=all&per_page=2"
expect 200 'map(.number) == [5,4]'
next=$(sed -n 's/.*<\([^>]*\)>; rel="next".*/\1/p' <<< "$head")
case $next in "$LAB_URL"/github/repositories/*page=2*) ;; *) fail "no proper next page: $head" ;; esac
ask GET "${next#"$LAB_URL"}"
expect 200 'map(.number) == [3,2]'
ask PATCH $gh/issues/2 '{"state":"closed","title":"closed one"}'
expect 200 '.state == "closed" and .closed_at != null and .title == "closed one"'
ask GET "$gh/issues?labels=auto,bug&creator=lab-bot"
expect 200 'map(.number) == [5,4,3,1]'
ask GET "$gh/issues?state=closed"
expect 200 'map(.number) == [2]'
ask GET "$gh/issues?since=2999-01-01T00:00:00Z"
expect 200 '. == []'
ask POST $gh/issues/2/labels '{"labels":["new"]}'
expect 200 'length == 3'
ask GET $gh/issues/2
expect 200 '.number == 2 and (.labels | length) == 3'
ask GET $gh/issues/99
expect 404 '.message == "Not Found"'
ask GET /repos/acme/api/issues/2
expect 200 '.number == 2'

# ---- GitHub's check runs ----
notes() { # FROM TO: annotations at those lines
  seq "$1" "$2" | jq -cs '{output: {title: "t", summary: "s", annotations:
    map({path: "a.c", start_line: ., end_line: ., annotation_level: "failure", message: "m\(.)"})}}'
}
check() { echo "{\"name\":\"$1\",\"head_sha\":\"$SHA\"$2}"; }
ask POST $gh/check-runs "$(check ci ',"external_id":"x1"')"
expect 201 '.status == "queued" and .conclusion == null and .head_sha != null and .output.annotations_count == 0'
one=$(jq .id <<< "$answer")
ask PATCH $gh/check-runs/$one "$(notes 1 50)"
expect 200 '.output.annotations_count == 50 and .status == "queued"'
ask PATCH $gh/check-runs/$one "$(notes 51 101)"
expect 422 '.errors[0].field == "annotations"'
ask PATCH $gh/check-runs/$one "$(notes 51 60 | jq -c '.status = "completed"')"
expect 422 '.errors[0].field == "conclusion"'
ask PATCH $gh/check-runs/$one "$(notes 51 60 | jq -c '.conclusion = "success"')"
expect 200 '.status == "completed" and .conclusion == "success" and .completed_at != null and .output.annotations_count == 60'
ask GET $gh/check-runs/$one
expect 200 '.external_id == "x1" and .output.annotations_count == 60'
ask GET "$gh/check-runs/$one/annotations?per_page=50&page=2"
expect 200 'map(.message) == [range(51; 61) | "m\(.)"] and (.[0] | has("start_column") | not)'
for wrong in '.start_line = 0' '.end_line = 3' '.start_line = 1 | .start_column = 2' '.message = ""' '.annotation_level = "bad"' \
  ".title = \"$(repeat x 256)\"" 'del(.path)'; do
  ask PATCH $gh/check-runs/$one "$(notes 5 5 | jq -c ".output.annotations[0] |= ($wrong)")"
  expect 422 '.errors[0].field == "annotations"'
done
ask PATCH $gh/check-runs/$one "{\"output\":{\"summary\":\"$(repeat x 65536)\"}}"
expect 422 '.errors[0].field == "summary"'
ask POST $gh/check-runs "$(check ci ',"output":{"summary":"no title"}')"
expect 422 '.errors[0].field == "output"'
ask POST $gh/check-runs "$(check ci ',"status":"running"')"
expect 422 '.errors[0].field == "status"'
ask POST $gh/check-runs '{"name":"ci","head_sha":"main"}'
expect 422 '.message | startswith("No commit found for SHA")'
ask POST $gh/check-runs "{\"head_sha\":\"$SHA\"}"
expect 422 '.errors[0].field == "name"'
ask POST $gh/check-runs "$(check ci ',"external_id":"x2","status":"in_progress"')"
expect 201 '.status == "in_progress"'
ask POST $gh/check-runs "$(check other '')"
expect 201
ask GET $gh/commits/$SHA/check-runs
expect 200 '.total_count == 2 and (.check_runs | map(.name)) == ["other","ci"] and .check_runs[1].external_id == "x2"'
ask GET "$gh/commits/$SHA/check-runs?check_name=ci&filter=all&per_page=1"
expect 200 '.total_count == 2 and (.check_runs | map(.external_id)) == ["x2"]'
next=$(sed -n 's/.*<\([^>]*\)>; rel="next".*/\1/p' <<< "$head")
ask GET "${next#"$LAB_URL"}"
expect 200 '.check_runs | map(.external_id) == ["x1"]'
ask GET $gh/check-runs/99
expect 404
ask GET $gh/commits/$SHA/status
expect 200 '.total_count == 3'
refused=$(curl -s -X POST -H 'Authorization: Bearer ghp_0000' --data-binary "$(check ci '')" "$LAB_URL$gh/check-runs")
jq -e '.message | contains("GitHub App")' > /dev/null <<< "$refused" || fail "the token of a person: $refused"
state_must '.checks | map([.external_id, .status, (.annotations | length), .history]) ==
  [["x1","completed",60,["queued","completed"]],["x2","in_progress",0,["in_progress"]],[null,"queued",0,["queued"]]]'

# ---- GitLab ----
gl=/gitlab/api/v4/projects/acme%2Fweb%2Fapp
gl_status() { ask POST $gl/statuses/$SHA "{\"state\":\"$1\",\"name\":\"build\",\"ref\":\"main\"}"; }
gl_status pending
expect 201 '.status == "pending" and .ref == "main" and .pipeline_id == 1'
first=$(jq .id <<< "$answer")
gl_status pending
expect 400 '.message | startswith("Cannot transition status via :enqueue from :pending")'
gl_status running
expect 201 ".id == $first and .status == \"running\" and .started_at != null"
gl_status running
expect 400 '.message | startswith("Cannot transition status via :run from :running")'
gl_status pending
expect 400 '.message | startswith("Cannot transition status via :enqueue from :running")'
gl_status failed
expect 201 ".id == $first and .finished_at != null"
gl_status success
expect 201 ".id != $first and .pipeline_id == 1"
gl_status failure
expect 400 '.error == "state does not have a valid value"'
ask POST $gl/statuses/$SHA '{"name":"x"}'
expect 400 '.error == "state is missing"'
ask POST "$gl/statuses/$SHA?state=canceled&name=query"
expect 201 '.status == "canceled"'
ask GET $gl/repository/commits/$SHA/statuses
expect 200 'map(.name + ":" + .status) == ["build:success","query:canceled"]'
ask GET "$gl/repository/commits/$SHA/statuses?all=true&name=build"
expect 200 'map(.status) == ["failed","success"]'
ask POST $gl/issues '{"title":"broken","description":"d <!-- fettle:fp=glmark -->","labels":"one, two"}'
expect 201 '.iid == 1 and .state == "opened" and .labels == ["one","two"]'
ask PUT $gl/issues/1 '{"add_labels":"three","remove_labels":"one","state_event":"close"}'
expect 200 '.labels == ["two","three"] and .state == "closed"'
ask PUT $gl/issues/1 '{"state_event":"reopen"}'
expect 200 '.state == "opened" and .closed_at == null'
ask PUT $gl/issues/1 '{}'
expect 400
ask GET "$gl/issues?state=opened&labels=two,three"
expect 200 'length == 1'
grep -qi '^x-total: 1$' <<< "$head" || fail "no X-Total: $head"
ask GET /gitlab/api/v4/projects/42/issues
expect 404 '.message == "404 Project Not Found"'
ask GET $gl/issues/7
expect 404

# ---- Gitea ----
gt=/gitea/api/v1/repos/acme/docs
ask POST $gt/statuses/$SHA '{"state":"warning","context":"lint"}'
expect 201 '.status == "warning" and (has("state") | not)'
ask POST $gt/statuses/$SHA '{"state":"success","context":"Lint"}'
expect 201
ask GET $gt/commits/$SHA/status
expect 200 '.total_count == 2 and .state == "warning"'
ask POST $gt/statuses/$SHA '{"state":"running"}'
expect 422
ask POST $gt/statuses/nothing '{"state":"success"}'
expect 404
ask POST $gt/labels '{"name":"docs","color":"#00ff00"}'
expect 201 '.name == "docs" and .color == "00ff00"'
label=$(jq .id <<< "$answer")
ask POST $gt/issues '{"title":"t","labels":["docs"]}'
expect 422
ask POST $gt/issues "{\"title\":\"t\",\"labels\":[$label,9999]}"
expect 201 '.number == 1 and (.labels | map(.name)) == ["docs"]'
ask POST $gt/labels '{"name":"more"}'
expect 422
ask POST $gt/labels '{"name":"more","color":"ff0000"}'
expect 201
ask POST $gt/issues/1/labels "{\"labels\":[$(jq .id <<< "$answer")]}"
expect 200 'map(.name) == ["docs","more"]'
ask PATCH $gt/issues/1 '{"state":"closed"}'
expect 201 '.state == "closed"'
ask GET "$gt/issues?state=all&limit=1&page=1"
expect 200 'length == 1'
grep -qi '^x-total-count: 1$' <<< "$head" || fail "no X-Total-Count: $head"
ask GET "$gt/issues?state=all&limit=1&page=2"
expect 200 '. == []'

# ---- who asks ----
for path in $gh/issues $gl/issues $gt/issues; do
  status=$(curl -s -o "$DIR/answer" -w '%{http_code}' "$LAB_URL$path")
  answer=$(cat "$DIR/answer")
  expect 401
done
status=$(curl -s -o "$DIR/answer" -w '%{http_code}' -H 'PRIVATE-TOKEN: tok-for-tests' "$LAB_URL$gl/issues")
expect 200

# ---- faults ----
count_issues() { lab_state | jq --arg r acme/api '[.issues[] | select(.repo == $r)] | length'; }
new='{"title":"under a fault"}'
for row in "status-500 500" "status-502 502" "secondary 403" "conflict-409 409" "gone 404" "denied 403"; do
  lab_fault "${row% *}"
  before=$(count_issues)
  ask POST $gh/issues "$new"
  expect "${row#* }"
  [ "$(count_issues)" = "$before" ] || fail "${row% *}: it was done all the same"
done
lab_fault secondary
ask GET $gh/issues
expect 403 '.message | test("secondary rate limit")'
grep -qi '^retry-after' <<< "$head" && fail "a secondary limit with Retry-After"
lab_fault rate-limit --ms 7000
ask POST $gl/issues "$new"
expect 429
[ "$answer" = "Retry later" ] || fail "GitLab's limit speaks plain text: $answer"
grep -qi '^retry-after: 7$' <<< "$head" || fail "no Retry-After: $head"
lab_fault unknown-sha
ask POST $gh/statuses/$SHA '{"state":"success"}'
expect 422 ".message == \"No commit found for SHA: $SHA\""

before=$(count_issues)
lab_fault lost --match "POST /github"
ask GET $gh/issues/1
expect 200
ask POST $gh/issues '{"title":"lost"}'
expect 000
[ "$(count_issues)" = $((before + 1)) ] || fail "the lost answer was not done"
lab_fault truncate
ask POST $gh/issues '{"title":"cut"}'
expect 201
! jq . > /dev/null 2>&1 <<< "$answer" || fail "not cut: $answer"
[ "$(count_issues)" = $((before + 2)) ] || fail "the cut answer was not done"

for path in $gh $gl $gt; do
  lab_fault redirect
  ask POST "$path/issues?x=1" '{"title":"moved"}'
  expect 307
  to=$(sed -n 's/^Location: //p' <<< "$head")
  case $to in "$LAB_URL"*/issues?x=1) ;; *) fail "redirected to $to" ;; esac
  ask POST "${to#"$LAB_URL"}" '{"title":"moved"}'
  expect 201 '.title == "moved"'
done
state_must '[.issues[] | select(.title == "moved") | .repo] | sort == ["acme/api","acme/docs","acme/web/app"]'

lab_fault latency --ms 300
begin=$(date +%s%N)
ask GET $gh/issues/1
expect 200
[ $((($(date +%s%N) - begin) / 1000000)) -ge 290 ] || fail "not late"
lab_fault status-500 --count 2 --match "GET $gh"
ask POST $gh/issues/1/labels '{"labels":["x"]}'
expect 200
for want in 500 500 200; do
  ask GET $gh/issues/1
  expect $want
done
lab_fault status-500 --count 0
for want in 500 500 500; do
  ask GET $gh/issues/1
  expect $want
done
lab_fault clear
ask GET $gh/issues/1
expect 200
lab_fault away --ms 600
ask GET $gh/issues/1
expect 000
ask POST $gl/issues "$new"
expect 000
lab_state > /dev/null
wait_until "curl -sf -H 'Authorization: Bearer x' '$LAB_URL$gh/issues/1'" 5
if "$FETTLE" lab fault --url "$LAB_URL" nonsense 2> /dev/null; then fail "an unknown fault was taken"; fi

# ---- the ledger ----
lab_ledger > "$DIR/ledger.seen"
cmp -s "$DIR/ledger.seen" "$DIR/ledger.jsonl" || fail "the ledger shown is not the file"
jq -es 'map(.seq) == [range(1; length + 1)]' "$DIR/ledger.seen" > /dev/null || fail "numbers are missing in the ledger"
! grep -q tok-for-tests "$DIR/ledger.jsonl" || fail "a token is in the ledger"
jq -es '[.[] | select(.fault == "lost")] | length == 1 and .[0].status == 201 and .[0].body.title == "lost" and
        .[0].headers.authorization == "Bearer ***"' "$DIR/ledger.seen" > /dev/null || fail "the lost request"
jq -es '[.[] | select(.fault == "away")] | length >= 2 and all(.status == 0)' "$DIR/ledger.seen" > /dev/null ||
  fail "the refused requests"
lab_ledger --forge gitlab --path /statuses | jq -es 'length > 5 and all(.forge == "gitlab" and (.path | test("statuses")))' \
  > /dev/null || fail "the ledger's filters"
checks=$((checks + 5))

# ---- killed and started again: everything is there, also with half a line at the end ----
lab_state | jq -S . > "$DIR/before"
stop_lab KILL
printf '{"seq":99999,"at":"2026-' >> "$DIR/ledger.jsonl"
start_lab "$DIR"
lab_state | jq -S . > "$DIR/after"
cmp "$DIR/before" "$DIR/after" || fail "the state after a restart differs"
ask POST $gh/issues '{"title":"after the restart"}'
expect 201
jq -es 'map(.seq) == [range(1; length + 1)]' "$DIR/ledger.jsonl" > /dev/null || fail "the ledger after a restart"

# ---- webhooks: signed as openssl signs, sent to the lab itself, which records heads ----
printf '{"n":@SEQ@,"id":"@ID@","who":"@WHO@","left":"a@b"}' > "$DIR/payload"
printf 'key of tests\n' > "$DIR/key"
send() { # FORGE OPTIONS
  local forge=$1
  shift
  "$FETTLE" lab deliver --forge "$forge" --event push --payload "$DIR/payload" --url "$LAB_URL/github/hooked" \
    --secret-file "$DIR/key" --substitute WHO=ann "$@" > "$DIR/sent" || true
  lab_ledger --path /github/hooked | tail -n 1 > "$DIR/got"
}
hex_mac() { openssl dgst -sha256 -hmac "key of tests" -r | cut -d' ' -f1; }
send github --id 11111111-2222-4333-8444-555555555555
body=$(jq -c .body "$DIR/got")
[ "$body" = '{"n":1,"id":"11111111-2222-4333-8444-555555555555","who":"ann","left":"a@b"}' ] || fail "the body sent: $body"
[ "$(jq -r '.headers["x-hub-signature-256"]' "$DIR/got")" = "sha256=$(printf %s "$body" | hex_mac)" ] || fail "GitHub's mac"
jq -e '.headers["x-github-delivery"] == "11111111-2222-4333-8444-555555555555" and .headers["x-github-event"] == "push"' \
  "$DIR/got" > /dev/null || fail "GitHub's heads"
send github --form
body=$(jq -r .body "$DIR/got")
case $body in payload=%7B%22n%22*) ;; *) fail "no form: $body" ;; esac
[ "$(jq -r '.headers["x-hub-signature-256"]' "$DIR/got")" = "sha256=$(printf %s "$body" | hex_mac)" ] || fail "the form's mac"
send gitea
body=$(jq -c .body "$DIR/got")
[ "$(jq -r '.headers["x-gitea-signature"]' "$DIR/got")" = "$(printf %s "$body" | hex_mac)" ] || fail "Gitea's mac"
send gitlab --system
jq -e '.headers["x-gitlab-event"] == "System Hook" and .headers["x-gitlab-token"] == "***" and
       (.headers["idempotency-key"] | length) == 36' "$DIR/got" > /dev/null || fail "GitLab's heads"
openssl rand 32 > "$DIR/raw"
raw=$(od -An -v -tx1 "$DIR/raw" | tr -d ' \n')
printf 'whsec_%s\n' "$(base64 -w0 < "$DIR/raw")" > "$DIR/key"
send gitlab --signing
body=$(jq -c .body "$DIR/got")
id=$(jq -r '.headers["webhook-id"]' "$DIR/got") at=$(jq -r '.headers["webhook-timestamp"]' "$DIR/got")
mac=$(printf %s "$id.$at.$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$raw" -binary | base64 -w0)
[ "$(jq -r '.headers["webhook-signature"]' "$DIR/got")" = "v1,$mac" ] || fail "the signing token's mac"
send github --count 20 --connections 4
[ "$(wc -l < "$DIR/sent")" = 20 ] && [ "$(cut -d' ' -f1 "$DIR/sent" | sort -u | wc -l)" = 20 ] || fail "20 fresh ids"
send github --count 5 --resend
[ "$(wc -l < "$DIR/sent")" = 5 ] && [ "$(cut -d' ' -f1 "$DIR/sent" | sort -u | wc -l)" = 1 ] || fail "one id resent"
checks=$((checks + 8))

# ---- https, and a token that is asked for ----
make_secrets "$DIR"
stop_lab
LAB_PORT=0
start_lab "$DIR" --cert "$DIR/tls/cert.pem" --key "$DIR/tls/key.pem" --token right --unix "$DIR/lab.sock"
case $LAB_URL in https://127.0.0.1:*) ;; *) fail "no https: $LAB_URL" ;; esac
tls() { curl -s --cacert "$DIR/tls/cert.pem" -o /dev/null -w '%{http_code}' -H "Authorization: token $1" "$LAB_URL$gt/issues/1"; }
[ "$(tls right)" = 200 ] && [ "$(tls wrong)" = 401 ] || fail "the token that is asked for"
[ "$(curl -s --unix-socket "$DIR/lab.sock" -o /dev/null -w '%{http_code}' http://lab/_lab/state)" = 200 ] || fail "the socket"
"$FETTLE" lab state --url "$LAB_URL" --ca "$DIR/tls/cert.pem" | jq -e '.issues | length > 5' > /dev/null || fail "lab state over https"
stop_lab
! grep -q 'ERROR: AddressSanitizer\|runtime error' "$DIR/lab.log" || fail "a sanitizer found something"
echo "ok: $((checks + 4)) checks"
