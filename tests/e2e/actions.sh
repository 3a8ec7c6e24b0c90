#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What steps say to forges, and what people tell fettle there: across forges, in order, once, over lost answers and
# kill -9. usage: actions.sh FOLDER-OF-THE-PROGRAMS      ONLY=FUNCTION runs one case
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

REPOSITORIES="broken gl-board gt-docs ships sticky talk rules"

of_lab() { lab_state | jq -c --arg r "acme/$1" "$2"; }
comments_of() { of_lab "$1" "[.comments[] | select(.repo == \$r)] | $2"; }
changes_of() { of_lab "$1" "[.changes[] | select(.repo == \$r)] | $2"; }
labels_of() { lab_state | jq -c --arg r "acme/$1" "[.issues[] | select(.repo == \$r)] | $2"; }
lab_is() { [ "$("$1" "$2" "$3")" = "$4" ]; }
lab_does() { "$FETTLE" lab "$@" --url "$LAB_URL"; }

across_forges() {
  new_repo gl-board <<< ""
  new_repo gt-docs <<< ""
  new_repo broken <<< 'on: push
jobs:
  build:
    steps:
      - {uses: checkout}
      - {id: test, run: test ! -f broken}
      - {uses: issue, if: always(), with: {repo: gl-board, title: The build is broken, fingerprint: build, state: "${{ job.status == '"'success'"' && '"'closed'"' || '"'open'"' }}", labels: "a, b"}}
      - {uses: issue, if: failure(), with: {repo: gt-docs, title: "Look at @ann, fixes #1", fingerprint: docs}}'
  push_files broken broken
  must_start
  run_ended
  same "the run" "$conclusion" failure
  wait_until 'lab_is labels_of gl-board "map([.state, .title])" "[[\"open\",\"The build is broken\"]]"' "$LONG"
  wait_until 'lab_is labels_of gt-docs length 1' "$LONG"
  has_not "nobody is called" "$(labels_of gt-docs '.[0].title')" 'fixes #1'
  # and again: no second one
  push_files broken broken
  run_ended
  same "issues" "$(labels_of gl-board length)" 1
  # mended: closed
  git_in broken rm -q broken
  push_files broken src/b
  run_ended
  same "the run" "$conclusion" success
  wait_until 'lab_is labels_of gl-board "map(.state)" "[\"closed\"]"' "$LONG"
}

ships_repo() {
  new_repo ships <<< 'on: push
jobs:
  ship:
    outputs: {number: "${{ steps.pull.outputs.number }}", url: "${{ steps.pull.outputs.url }}"}
    steps:
      - {id: pull, uses: pull_request, with: {head: bump, title: Bump it, labels: bot}}
      - {uses: comment, with: {change: "${{ steps.pull.outputs.number }}", body: "on its way"}}
      - {uses: dispatch, with: {event: bumped, inputs: "number=${{ steps.pull.outputs.number }}"}}'
  lab_does push --repo acme/ships --ref refs/heads/main > /dev/null
  lab_does push --repo acme/ships --ref refs/heads/bump > /dev/null
}

change_and_merge() {
  ships_repo
  lab_fault lost --count 1 --match "POST /repos/acme/ships/pulls"
  push_files ships src/a
  must_start
  run_ended
  same "the run" "$conclusion" success
  same "one change" "$(changes_of ships 'map([.head, .base, .title, .state])')" '[["bump","main","Bump it","open"]]'
  wait_until 'lab_is comments_of ships length 1' "$LONG"
  same "one start" "$(of_lab ships '[.starts[] | select(.repo == $r)] | map(.event)')" '["bumped"]'
}

why_of() { "$FETTLE" runs why "$1"; }

killed_while_it_waits() {
  own_world
  ships_repo
  lab_fault latency --ms 3000 --count 1 --match "/repos/acme/ships/pulls"
  push_files ships src/a
  must_start
  wait_until 'why_of "$(runs_of $delivery | head -n 1)" | grep -q "until the forge has taken"' "$LONG"
  stop_fettle KILL
  start_fettle "$DIR"
  run_ended
  same "the run" "$conclusion" success
  same "still one change" "$(changes_of ships length)" 1
}

sticky_comments() {
  new_repo sticky <<< 'on: pull_request
report: {comment: sticky}
jobs:
  size:
    steps:
      - {uses: comment, with: {body: "size of ${{ github.sha }}"}}
      - {uses: label, with: {add: size-s}}
      - {uses: status, with: {context: size, state: success, description: small}}'
  lab_does push --repo acme/sticky --ref refs/heads/main > /dev/null
  lab_does push --repo acme/sticky --ref refs/heads/topic > /dev/null
  lab_does change open --repo acme/sticky --head topic > /dev/null
  local number first second
  number=$(changes_of sticky '.[0].number')
  first=$(commit sticky src/a)
  pull_request sticky "$number" "$(tip sticky HEAD~1)" "$first"
  must_start
  run_ended
  same "the run" "$conclusion" success
  wait_until 'lab_is comments_of sticky length 2' "$LONG"
  second=$(commit sticky src/a)
  pull_request sticky "$number" "$(tip sticky HEAD~1)" "$second"
  run_ended
  wait_until 'comments_of sticky "map(.body) | join(\" \")" | grep -q "size of '"$second"'"' "$LONG"
  wait_until 'comments_of sticky "map(.body) | join(\" \")" | grep -q "Commit '"$second"'"' "$LONG"
  same "no third one" "$(comments_of sticky length)" 2
  status_ends sticky "$second" success size
}

comment_on() { # NAME NUMBER LOGIN TEXT
  jq -n --argjson n "$2" --arg l "$3" --arg b "$4" --arg r "acme/$1" '{action: "created",
    issue: {number: $n, title: "t", state: "open", labels: [], user: {login: "ann", id: 5, type: "User"}, pull_request: {merged_at: null}},
    comment: {id: 9, body: $b, user: {login: $l, id: 5, type: "User"}, author_association: "MEMBER"},
    repository: {id: 101, name: "x", full_name: $r, private: false, default_branch: "main", owner: {login: "acme", id: 7}},
    sender: {login: $l, id: 5, type: "User"}}' > "$DIR/comment.json"
  send "$1" issue_comment "$DIR/comment.json"
}

commands() {
  new_repo talk <<< 'on: pull_request
jobs:
  flaky: {steps: [{run: exit 1}]}'
  lab_does push --repo acme/talk --ref refs/heads/main > /dev/null
  lab_does push --repo acme/talk --ref refs/heads/topic > /dev/null
  lab_does change open --repo acme/talk --head topic > /dev/null
  lab_does member ann --repo acme/talk --level write > /dev/null
  lab_does member bob --repo acme/talk --level read > /dev/null
  local number sha
  number=$(changes_of talk '.[0].number')
  sha=$(commit talk src/a)
  pull_request talk "$number" "$(tip talk HEAD~1)" "$sha"
  must_start
  run_ended
  local change=$delivery
  comment_on talk "$number" bob "/fettle retest"
  must_not_start "permission: bob may not"
  comment_on talk "$number" ann "/fettle retest"
  must_start
  wait_until 'runs_of '"$change"' length | grep -q 2' "$LONG"
  wait_until 'comments_of talk "map(.body) | join(\" \")" | grep -q "is repeated by run"' "$LONG"
  comment_on talk "$number" ann "/fettle explain"
  wait_until 'comments_of talk "map(.body) | join(\" \")" | grep -q "fettle explain"' "$LONG"
  same "one answer" "$(comments_of talk length)" 1
}

required() {
  new_repo rules <<< 'on: {pull_request: {paths: [docs/**]}}
report: {required: true}
jobs:
  a: {steps: [{run: exit 0}]}'
  local sha
  sha=$(commit rules src/a)
  pull_request rules 7 "$(tip rules HEAD~1)" "$sha"
  must_start
  run_ended
  same "the run" "$conclusion" skipped
  status_ends rules "$sha" success
}

shared_world
case_of "steps speak at other forges, once, and close what is mended" across_forges
case_of "a change is opened once, over a lost answer, and its number is known to the next step" change_and_merge
case_of "a step that waits for the forge is found again after kill -9" killed_while_it_waits
case_of "comments are written over in place" sticky_comments
case_of "people tell fettle what to do, if they may" commands
case_of "a required status ends where paths keep the run away" required
finish_cases
