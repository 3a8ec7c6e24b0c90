#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The emulated GitHub's comments, pull requests and workflows with what bites there.
# usage: lab_github.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"

gh=/github/repos/acme/api
checks=0

ask() { # METHOD PATH [BODY]: sets $status and $answer
  local args=(-s -X "$1" -H "Authorization: Bearer tok-for-tests" -o "$DIR/answer" -w '%{http_code}')
  [ $# -lt 3 ] || args+=(-H 'Content-Type: application/json' --data-binary "$3")
  : > "$DIR/answer"
  status=$(curl "${args[@]}" "$LAB_URL$2") || true
  answer=$(cat "$DIR/answer")
}

expect() { # STATUS [JQ-EXPRESSION]
  checks=$((checks + 1))
  [ "$status" = "$1" ] || fail "line ${BASH_LINENO[0]}: $status instead of $1: $answer"
  [ $# -lt 2 ] || jq -e "$2" > /dev/null <<< "$answer" || fail "line ${BASH_LINENO[0]}: not $2: $answer"
}

state_must() {
  checks=$((checks + 1))
  state_has "$1" || fail "line ${BASH_LINENO[0]}: not $1: $(lab_state)"
}

start_lab "$DIR"

# ---- comments ----
ask POST $gh/issues '{"title":"t"}'
expect 201
for i in 1 2 3; do
  ask POST $gh/issues/1/comments "{\"body\":\"text $i\"}"
  expect 201 ".id == $i and .body == \"text $i\" and .user.login == \"lab-bot\""
done
ask GET "$gh/issues/1/comments?per_page=2"
expect 200 'map(.id) == [1, 2]'
ask GET "$gh/issues/1/comments?per_page=2&page=2"
expect 200 'map(.id) == [3]'
ask PATCH $gh/issues/comments/2 '{"body":"other"}'
expect 200 '.body == "other"'
ask DELETE $gh/issues/comments/1
expect 204
ask DELETE $gh/issues/comments/1
expect 404
ask GET $gh/issues/comments/2
expect 200
ask POST $gh/issues/1/comments '{"body":""}'
expect 422 '.errors[0].field == "body"'
jq -n '{body: ("x" * 65537)}' > "$DIR/long"
ask PATCH $gh/issues/comments/2 "@$DIR/long"
expect 422 '.errors[0].message | startswith("body is too long")'
ask POST $gh/issues/9/comments '{"body":"b"}'
expect 404
state_must '.comments | map([.id, .body, .edits]) == [[2, "other", 1], [3, "text 3", 0]]'

# ---- pull requests ----
ask POST $gh/pulls '{"title":"Fix","head":"acme:fix","base":"main","body":"b","draft":true}'
expect 201 '.number == 2 and .head.ref == "fix" and .head.repo.id == .base.repo.id and .draft and .mergeable == null'
ask POST $gh/pulls '{"title":"Fix","head":"fix","base":"main"}'
expect 422 '.errors[0].message == "A pull request already exists for acme:fix."'
ask POST $gh/pulls '{"title":"Fix","head":"main","base":"main"}'
expect 422 '.errors[0].message == "No commits between main and main"'
ask POST $gh/pulls '{"head":"x","base":"main"}'
expect 422 '.errors[0].field == "title"'
ask GET "$gh/pulls?state=open&head=acme:fix&base=main"
expect 200 'map(.number) == [2]'
ask GET $gh/issues
expect 200 'map(has("pull_request")) == [true, false]'
ask POST $gh/issues/2/labels '{"labels":["never seen"]}'
expect 200 '.[0].color == "ededed"'
ask GET $gh/pulls/2
expect 200 '.mergeable == null and .mergeable_state == "unknown"'
ask GET $gh/pulls/2
expect 200 '.mergeable == true and .mergeable_state == "draft" and .labels[0].name == "never seen"'
sha=$(jq -r .head.sha <<< "$answer")
ask PUT $gh/pulls/2/merge "{\"sha\":\"$sha\"}"
expect 405 '.message == "Pull Request is still a draft"'
ask POST $gh/pulls '{"title":"Fix it","head":"other","base":"main"}'
expect 201
sha=$(jq -r .head.sha <<< "$answer")
ask PATCH $gh/pulls/3 '{"title":"Fix it all","body":"text"}'
expect 200 '.title == "Fix it all" and .body == "text"'
ask PUT $gh/pulls/3/merge '{"sha":"aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd"}'
expect 409 '.message | startswith("Head branch was modified")'
ask PUT $gh/pulls/3/merge "{\"sha\":\"$sha\",\"merge_method\":\"glue\"}"
expect 422
ask PUT $gh/pulls/3/merge "{\"sha\":\"$sha\",\"merge_method\":\"squash\",\"commit_title\":\"All\"}"
expect 200 '.merged and .sha != null'
ask PUT $gh/pulls/3/merge "{\"sha\":\"$sha\"}"
expect 405 '.message == "Pull Request is not mergeable"'
ask GET $gh/pulls/3
expect 200 '.merged and .state == "closed" and .merge_commit_sha != null'
ask PATCH $gh/pulls/3 '{"state":"open"}'
expect 422
ask POST $gh/pulls '{"title":"No","head":"is-conflicting","base":"main"}'
expect 422 '.errors[0].field == "head" and .errors[0].code == "invalid"' # the merge named refs: now others are not there
state_must '.changes | map([.number, .state]) == [[2, "open"], [3, "merged"]]'

# ---- what is started ----
st=/github/repos/acme/start
run() { echo "$st/actions/workflows/$1/dispatches"; }
ask POST "$(run ci.yml)" '{"ref":"main","inputs":{"fettle_token":"abc123"},"return_run_details":true}'
expect 200 '.workflow_run_id == 1 and (.html_url | endswith("/actions/runs/1"))'
ask POST "$(run ci.quiet.yml)" '{"ref":"main","inputs":{"fettle_token":"abc124"}}'
expect 204
ask POST "$(run ci.bare.yml)" '{"ref":"main","inputs":{"env":"x","fettle_token":"t","fettle_hops":"1"}}'
expect 422 '.message == "Unexpected inputs provided: [\"fettle_token\", \"fettle_hops\"]"'
ask POST "$(run ci.missing.yml)" '{"ref":"main"}'
expect 404
ask POST "$(run ci.yml)" '{}'
expect 422
ask POST "$(run ci.yml)" "$(jq -n '{ref: "main", inputs: ([range(26) | {key: "k\(.)", value: ""}] | from_entries)}')"
expect 422 '.message | contains("maximum of 25")'
ask GET "$st/actions/workflows/ci.yml/runs?event=workflow_dispatch&created=%3E%3D2020-01-01T00:00:00Z"
expect 200 '.total_count == 1 and (.workflow_runs[0].display_title | contains("abc123"))'
ask GET "$st/actions/runs?created=%3E%3D2999-01-01T00:00:00Z"
expect 200 '.total_count == 0'
ask GET $st/actions/runs
expect 200 '(.workflow_runs | map(.id)) == [2, 1] and (.workflow_runs[0].display_title == "ci.quiet.yml")'
ask GET $st/actions/runs/1
expect 200 '.event == "workflow_dispatch"'
ask POST $st/dispatches '{"event_type":"deployed","client_payload":{"env":"prod"}}'
expect 204
ask POST $st/dispatches "$(jq -n '{event_type: "e", client_payload: ([range(11) | {key: "k\(.)", value: ""}] | from_entries)}')"
expect 422 '.message | contains("No more than 10 properties")'
ask POST $st/dispatches '{"client_payload":{}}'
expect 422
state_must '.starts | map([.workflow, .event]) == [["ci.yml", null], ["ci.quiet.yml", null], [null, "deployed"]]'

# ---- the ledger says it all again ----
before=$(lab_state)
stop_lab
start_lab "$DIR"
[ "$(jq -S . <<< "$before")" = "$(lab_state | jq -S .)" ] || fail "another world after a restart"
# ---- labels without the right to set them ----
ask POST /_lab/members '{"forge":"github","repo":"acme/api","login":"lab-bot","id":1,"level":"read"}'
ask POST $gh/issues '{"title":"u","labels":["a"]}'
expect 201 '.labels == []'
ask POST $gh/issues/1/labels '{"labels":["a"]}'
expect 403

echo "lab_github: $checks checks"
