#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the emulated forge tells hooks, and how: payloads that fettle understands, lists of deliveries, sending again,
# GitLab's pauses, faults of deliveries. The receiver is fettle itself. usage: lab_hooks.sh BIN
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/lab_lib.sh"

gh=/github/repos/acme/tools gl=/gitlab/api/v4/projects/acme%2Ftools
start_lab "$DIR" --seed 3
make_config "$DIR"
start_fettle "$DIR"
at=http://127.0.0.1:$HTTP_PORT
hook() { # OPTIONS: its number is in $hook
  lab hook add "$@"
  hook=$(jq .id <<< "$answer")
}

# ---- each forge tells its own way, and fettle understands all of it ----
# without the events that fettle's own statuses raise
hook --repo acme/tools --target "$at/hook/github" --secret-file "$DIR/secrets/hook" \
  --events push,create,delete,pull_request,repository
hub=$hook
lab_events="Push Hook,Tag Push Hook,Merge Request Hook"
hook --forge gitlab --repo acme/tools --target "$at/hook/gitlab" --secret-file "$DIR/secrets/gitlab-hook" --events "$lab_events"
glab=$hook
hook --forge gitlab --owner acme --target "$at/hook/gitlab-signing" --signing-file "$DIR/secrets/gitlab-signing" --events "$lab_events"
hook --forge gitlab --system --target "$at/hook/gitlab-system" --secret-file "$DIR/secrets/gitlab-system"
hook --forge gitea --repo acme/tools --target "$at/hook/gitea" --secret-file "$DIR/secrets/gitea-hook" \
  --events push,create,delete,pull_request,pull_request_sync,pull_request_label
for forge in github gitlab gitea; do
  on=(--forge $forge --repo acme/tools)
  lab push "${on[@]}" --ref main
  lab push "${on[@]}" --ref refs/tags/v1
  lab change open "${on[@]}" --head topic --title "A change"
  lab change sync "${on[@]}" --number 1
  lab change label "${on[@]}" --number 1 --label bug
  lab change edit "${on[@]}" --number 1 --title "Another title"
  lab change close "${on[@]}" --number 1
  lab change reopen "${on[@]}" --number 1
  lab change merge "${on[@]}" --number 1
  lab push "${on[@]}" --ref refs/tags/v1 --delete
  lab repo rename "${on[@]}" --to renamed
  lab repo rename "${on[@]}" --to tools
done
sent_must 'all(.status == 202 and .delivery.result == "OK" and .fault == null)'
sent_must 'map(select(.forge == "github") | .delivery | .event + (if .action then ":" + .action else "" end)) ==
  ["push","create","push","create","pull_request:opened","push","pull_request:synchronize","pull_request:labeled",
   "pull_request:edited","pull_request:closed","pull_request:reopened","pull_request:closed","push","push","delete",
   "repository:renamed","repository:renamed"]'
sent_must 'map(select(.path | endswith("/hook/gitlab")) | .delivery.event) ==
  ["Push Hook","Tag Push Hook","Merge Request Hook","Push Hook"] + [range(6) | "Merge Request Hook"] +
  ["Push Hook","Tag Push Hook"]'
sent_must 'map(select(.path | endswith("/hook/gitlab-system")) | .body.event_name // .body.object_kind) | contains(
  ["push","repository_update","tag_push","merge_request","project_rename"])'
sent_must 'map(select(.forge == "gitea") | .delivery.event) | contains(["push","create","pull_request","pull_request_sync",
  "pull_request_label","delete"])'
sent_must 'map(select(.path | endswith("/hook/gitlab-signing")) | .headers["webhook-signature"] | startswith("v1,")) | all'
settled() {
  "$FETTLE" deliveries list --limit 500 --json -c "$DIR/fettle.yaml" > "$DIR/stored"
  jq -e '.deliveries | length > 60 and all(.state == "matched" or .state == "ignored")' "$DIR/stored" > /dev/null
}
wait_until settled 20
must "not understood: $(jq -c '.deliveries[] | select(.state != "matched" and .state != "ignored")' "$DIR/stored")" settled

# ---- lists of deliveries ----
ask GET "$gh/hooks/$hub/deliveries?per_page=5"
expect 200 'length == 5 and .[0].event == "repository" and .[0].action == "renamed" and .[0].status == "OK" and
  .[0].status_code == 202 and (map(.id) == (map(.id) | sort | reverse)) and (.[0] | has("throttled_at"))'
seen=5
while next=$(next_page) && [ -n "$next" ]; do
  case $next in *cursor=v1_*) ;; *) fail "no cursor: $next" ;; esac
  ask GET "${next#"$LAB_URL"}"
  seen=$((seen + $(jq length <<< "$answer")))
done
[ $seen = 17 ] || fail "$seen deliveries by the cursor"
ask GET "$gh/hooks/$hub/deliveries?status=failure"
expect 200 '. == []'
ask GET "$gh/hooks/99/deliveries"
expect 404
ask GET "$gh/hooks/$glab/deliveries"
expect 404
ask GET "$gh/hooks/$hub/deliveries"
one=$(jq '.[0].id' <<< "$answer") guid=$(jq -r '.[0].guid' <<< "$answer")
ask GET "$gh/hooks/$hub/deliveries/$one"
expect 200 '.request.headers["X-GitHub-Delivery"] == "'"$guid"'" and .request.payload.action == "renamed" and
  (.response.payload | fromjson | .status == "accepted")'
ask GET "/gitea/api/v1/repos/acme/tools/hooks/5/deliveries"
expect 404
ask GET "$gl/hooks/$glab/events?per_page=2"
expect 200 'length == 2 and .[0].trigger == "tag_push_hooks" and .[0].response_status == "202" and
  .[0].request_headers["X-Gitlab-Token"] == "[REDACTED]" and .[0].request_data.object_kind == "tag_push"'
[ "$(header x-total)" = 12 ] || fail "not all events: $head"
ask GET "$gl/hooks/$glab/events?status=server_failure"
expect 200 '. == []'

# ---- once more: GitHub under the same id ----
ask POST "$gh/hooks/$hub/deliveries/$one/attempts" '{}'
expect 202
sent_must '.[-1].delivery | .redelivery and .guid == "'"$guid"'" and .id != '"$one"
sent_must '.[-1].body.action == "renamed"'
ask GET "$gh/hooks/$hub/deliveries?per_page=1"
expect 200 '.[0].redelivery and .[0].guid == "'"$guid"'"'
ask GET "$gl/hooks/$glab/events?per_page=1"
one=$(jq '.[0].id' <<< "$answer")
for i in 1 2 3 4 5; do
  ask POST "$gl/hooks/$glab/events/$one/resend" '{}'
  expect 201
done
ask POST "$gl/hooks/$glab/events/$one/resend" '{}'
expect 429 '.message.error | contains("too many times")'

# ---- faults of deliveries ----
"$FETTLE" lab wait --url "$LAB_URL" > /dev/null
fault() { "$FETTLE" lab fault "$@" --url "$LAB_URL" > /dev/null; }
since() { : > "$DIR/sent"; lab_ledger | wc -l > "$DIR/since"; }
sent_since() { # JQ
  checks=$((checks + 1))
  "$FETTLE" lab wait --url "$LAB_URL" > /dev/null
  lab_ledger | tail -n "+$(($(cat "$DIR/since") + 1))" | jq -c 'select(.method == "SEND" and .forge == "github")' > "$DIR/sent"
  jq -es "$1" "$DIR/sent" > /dev/null || fail "line ${BASH_LINENO[0]}: not $1: $(jq -c '[.status, .fault, .delivery]' "$DIR/sent")"
}
since
fault missed --match "SEND push acme/tools"
lab push --repo acme/tools --ref main
sent_since 'map([.status, .fault, .delivery.result]) == [[0,"missed","timed out"]]'
ask GET "$gh/hooks/$hub/deliveries?per_page=1"
expect 200 '.[0].status == "timed out" and .[0].status_code == 0'
ask POST "$gh/hooks/$hub/deliveries/$(jq '.[0].id' <<< "$answer")/attempts"
expect 202
sent_since 'length == 2 and .[1].status == 202 and .[0].delivery.guid == .[1].delivery.guid'
since
fault swallowed
lab push --repo acme/tools --ref main
sent_since '. == []'
since
fault duplicate
lab push --repo acme/tools --ref main
sent_since 'length == 2 and .[0].delivery.guid == .[1].delivery.guid and .[0].delivery.id != .[1].delivery.id'
since
fault reordered --ms 5000
lab push --repo acme/tools --ref main --message first
lab push --repo acme/tools --ref main --message second
sent_since 'map(.body.head_commit.message) == ["second","first"] and .[1].fault == "reordered"'
since
fault late --ms 600
lab push --repo acme/tools --ref main --message late
lab push --repo acme/tools --ref main --message prompt
sent_since 'map(.body.head_commit.message) == ["prompt","late"] and .[1].fault == "late"'

# ---- many at once: what forges do not tell; filters of branches; what statuses raise ----
all_since() { # JQ
  checks=$((checks + 1))
  "$FETTLE" lab wait --url "$LAB_URL" > /dev/null
  lab_ledger | tail -n "+$(($(cat "$DIR/since") + 1))" | jq -c 'select(.method == "SEND")' > "$DIR/sent"
  jq -es "$1" "$DIR/sent" > /dev/null || fail "line ${BASH_LINENO[0]}: not $1: $(jq -c '[.path, .status, .delivery]' "$DIR/sent")"
}
since
for forge in github gitlab; do
  lab push --forge $forge --repo acme/tools --refs refs/tags/a,refs/tags/b,refs/tags/c,refs/tags/d
  lab push --forge $forge --repo acme/tools --refs a,b,c,d
done
all_since 'map(select(.forge == "github") | .delivery.event) == [range(4) | "push","create"]'
all_since 'map(select(.forge == "gitlab") | [.body.event_name, (.body.changes | length)]) == [range(2) | ["repository_update",4]]'
since
lab push --forge gitlab --repo acme/tools --refs a,b,c
all_since 'map(select(.path | endswith("/hook/gitlab")) | .body.ref) == ["refs/heads/a","refs/heads/b","refs/heads/c"]'
hook --forge gitlab --repo acme/filtered --target "$at/hook/gitlab" --secret-file "$DIR/secrets/gitlab-hook" --branches 'release/*' --events "$lab_events"
since
lab push --forge gitlab --repo acme/filtered --ref main
lab push --forge gitlab --repo acme/filtered --ref release/1
all_since 'map(select(.path | endswith("/hook/gitlab")) | .body.ref) == ["refs/heads/release/1"]'
hook --repo acme/status --target "$at/hook/github" --secret-file "$DIR/secrets/hook"
hook --forge gitlab --repo acme/status --target "$at/hook/gitlab" --secret-file "$DIR/secrets/gitlab-hook"
hook --forge gitea --repo acme/status --target "$at/hook/gitea" --secret-file "$DIR/secrets/gitea-hook"
for path in /github/repos/acme/status /gitlab/api/v4/projects/acme%2Fstatus /gitea/api/v1/repos/acme/status; do
  since
  ask POST $path/statuses/aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd '{"state":"success","context":"ci","ref":"main"}'
  expect 201
  all_since 'map(select(.body.repository.full_name == "acme/status" or .body.project.path_with_namespace == "acme/status")) |
    length == 1 and all(.status == 202) and
    (.[0] | .body.state // .body.object_attributes.status) == "success" and (.[0].delivery.event | test("status|Pipeline Hook"))'
done
since
ask POST /github/repos/acme/status/check-runs '{"name":"c","head_sha":"aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd"}'
ask PATCH "/github/repos/acme/status/check-runs/$(jq .id <<< "$answer")" '{"conclusion":"success"}'
all_since 'map(select(.body.repository.full_name == "acme/status")) |
  map(.delivery.event + "." + .delivery.action) == ["check_run.created","check_run.completed"] and all(.status == 202)'
wait_until settled 20
must "not understood: $(jq -c '.deliveries[] | select(.state != "matched" and .state != "ignored")' "$DIR/stored")" settled

# ---- switched off, and paused ----
lab hook edit --id "$hub" --inactive
since
lab push --repo acme/tools --ref main
sent_since '. == []'
ask POST "$gh/hooks/$hub/deliveries/$one/attempts"
expect 404
hook --forge gitlab --repo acme/paused --target http://127.0.0.1:1/nobody --events "Push Hook"
for i in 1 2 3 4 5 6; do
  lab push --forge gitlab --repo acme/paused --ref main
  "$FETTLE" lab wait --url "$LAB_URL" > /dev/null
done
state_must '.hooks[] | select(.id == '"$hook"') | .failures == 4 and (.deliveries | map(.result) == [range(4) | "failed to connect to host"])'
hook --forge gitlab --system --target http://127.0.0.1:1/nobody
for i in 1 2 3 4 5 6; do lab push --forge gitlab --repo acme/system --ref main; done
"$FETTLE" lab wait --url "$LAB_URL" > /dev/null
state_must '.hooks[] | select(.id == '"$hook"') | .deliveries | length == 12' # two a push, never paused

# ---- organizations and Apps ----
hook --owner Acme --target "$at/hook/github" --secret-file "$DIR/secrets/hook" --events push
org=$hook
hook --app 12 --target "$at/hook/github" --secret-file "$DIR/secrets/hook" --events pull_request
lab push --repo acme/other --ref main
lab change open --repo acme/other --head x
"$FETTLE" lab wait --url "$LAB_URL" > /dev/null
ask GET /github/orgs/acme/hooks/$org/deliveries
expect 200 'map(.event) == ["push"]'
ask GET /github/app/hook/deliveries
expect 200 'map(.event + "." + .action) == ["pull_request.opened"]'
ask POST "/github/app/hook/deliveries/$(jq '.[0].id' <<< "$answer")/attempts"
expect 202
ask POST "/github/orgs/acme/hooks/$org/deliveries/77/attempts"
expect 404

# ---- a restarted lab still lists what it sent ----
"$FETTLE" lab wait --url "$LAB_URL" > /dev/null
lab_state | jq -S . > "$DIR/before"
stop_lab KILL
start_lab "$DIR" --seed 3
lab_state | jq -S . > "$DIR/after"
must "the state after a restart differs: $(diff "$DIR/before" "$DIR/after" | head -n 20)" cmp "$DIR/before" "$DIR/after"
end_lab
