#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The main job when something is in the way: forges and servers that are away, cancelling, a configuration that changes
# under a run, no isolation, another object format. Every status that was ever pending has to become final.
# usage: main_life.sh FOLDER-OF-THE-PROGRAMS      ONLY=FUNCTION runs one case
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

REPOSITORIES="plain forks away gl-away gt-away stop wait gt-wait keeps lostone gonerepo sha2 sha2wide queue"

long_flow() { # SECONDS: a step that is seen to run, then ends
  echo "on: [push]
jobs: {a: {steps: [{run: \"echo began; sleep $1; echo ended\"}]}}"
}

running() { # waits until the first step of the delivery's run talks, and sets $run
  wait_until "runs_of $delivery length | grep -qx 1" "$LONG"
  run=$(runs_of "$delivery")
  wait_until "log_of $run | grep -q began" "$LONG"
}

effects() { "$FETTLE" runs show "$1" --json | jq -r ".effects[] | $2"; } # RUN JQ-FILTER

nothing_open() { # FILTER over effects: none is pending, in flight or uncertain
  "$FETTLE" effects --json --limit 200 | jq -e '[.effects[] | select(.settled_at == null)] | length == 0' > /dev/null
}

no_pending_status() { state_has '.statuses | length > 0 and all(.state != "pending" and .state != "running")'; }

# ---- strangers without isolation ----

fork_without_isolation() {
  own_world
  stop_fettle
  sed -i 's/^runner:.*/runner: {isolation: none}/' fettle.yaml
  start_fettle "$DIR"
  new_repo forks <<< 'on: [push, pull_request]
jobs: {a: {steps: [{run: touch "$FETTLE_E2E_MARK"}]}}'
  git_in forks checkout -q --detach
  commit forks src/x > /dev/null
  git_in forks update-ref refs/pull/5/head HEAD
  pull_request forks 5 "$(tip forks main)" "$(tip forks)" \
    '.pull_request.head.repo = {id: 999, name: "forks", full_name: "stranger/forks", owner: {login: "stranger", id: 8}}'
  must_start
  run_ended
  same "the conclusion" "$conclusion" error
  status_ends forks "$(tip forks)" error
  has "why" "$(last_status forks "$(tip forks)" description)" 'isolat'
  git_in forks checkout -q main
  push_files forks src/y # our own people may
  run_ended
  status_ends forks "$(tip forks)" failure # the variable is not handed on: touch ""
}

# ---- away ----

forges_away_and_server_killed() {
  own_world
  local names="away gl-away gt-away" name
  for name in $names; do
    new_repo "$name" <<< "$(long_flow 3)"
    push_files "$name" src/x
    running
  done
  for name in $names; do
    wait_until "states_of $name $(tip "$name") | grep -qE 'pending|running'" "$LONG"
  done
  stop_lab KILL
  stop_fettle KILL
  sleep 1
  start_fettle "$DIR"
  for name in $names; do # new work while the forges are away
    push_files "$name" src/y
  done
  sleep 4
  stop_fettle KILL
  start_lab "$DIR"
  start_fettle "$DIR"
  for name in $names; do
    wait_until "[ \"\$(last_status $name $(tip "$name") state)\" = success ]" 60
    wait_until "[ \"\$(last_status $name $(tip "$name" HEAD~1) state)\" = success ]" 60
  done
  must "nothing is pending" no_pending_status
  wait_until nothing_open "$LONG"
  same "runs" "$("$FETTLE" runs --json | jq '[.runs[] | .conclusion] | sort | unique | join(",")' -r)" success
  same "how many" "$("$FETTLE" runs --json | jq '.runs | length')" 6
}

a_repository_gone() {
  new_repo gonerepo <<< 'on: [push]
jobs: {a: {steps: [{run: sleep 1}]}}'
  lab_fault gone --count 50 --match acme/gonerepo
  push_files gonerepo src/x
  run_ended
  wait_until "[ \"\$(effects $run .settled_at | grep -c null)\" = 0 ]" "$LONG"
  has "its effects" "$(effects "$run" .state)" dead
  lab_fault clear
  grep "level=error" "$DIR/fettle.log" | grep -q "run=$run" || fail "no alarm"
}

# ---- cancelled, crashed, changed ----

step_is_there() { pgrep -f "sleep $1\$" > /dev/null; }

cancelled() {
  new_repo stop <<< "$(long_flow 597.65)"
  push_files stop src/x
  running
  must "the step runs" step_is_there 597.65
  "$FETTLE" runs cancel "$run"
  run_ended
  same "the conclusion" "$conclusion" cancelled
  step_is_there 597.65 && fail "the step still runs"
  wait_until "states_of stop $(tip stop) | grep -qE '(error|failure)$'" "$LONG"
  "$FETTLE" runs cancel "$run" && fail "cancelled twice"
  wait_until nothing_open "$LONG"
}

cancelled_while_killed() {
  own_world
  new_repo queue <<< "$(long_flow 597.64)"
  push_files queue src/x
  running
  "$FETTLE" runs cancel "$run"
  stop_fettle KILL
  start_fettle "$DIR"
  run_ended 40
  same "the conclusion" "$conclusion" cancelled
  step_is_there 597.64 && fail "the step still runs"
  wait_until "states_of queue $(tip queue) | grep -qE '(error|failure)$'" "$LONG"
}

step_lost_with_the_machine() {
  own_world
  new_repo lostone <<< "$(long_flow 597.63)"
  push_files lostone src/x
  running
  stop_fettle KILL
  # The shim; its step dies with it, as bwrap is told.
  sed -n 's/^pid=\([0-9]*\).*/\1/p' state/seats/*[0-9] | xargs kill -KILL
  start_fettle "$DIR"
  run_ended 40
  same "the conclusion" "$conclusion" error
  status_ends lostone "$(tip lostone)" error
}

workflow_removed_under_a_run() {
  new_repo keeps <<< ""
  echo 'name: central
on: {push: {repos: [keeps]}}
jobs: {a: {steps: [{run: "echo began; sleep 5"}, {run: "echo second step"}]}, b: {needs: a, steps: [{run: echo next job}]}}' \
    > workflows/central.yml
  "$FETTLE" reload
  push_files keeps src/x
  running
  rm workflows/central.yml
  cp repositories.yaml repositories.kept
  sed -i '/name: keeps/d' repositories.yaml
  "$FETTLE" reload
  run_ended
  mv repositories.kept repositories.yaml
  "$FETTLE" reload
  same "the conclusion" "$conclusion" success
  has "later steps" "$(log_of "$run")" "second step"
  has "later jobs" "$(log_of "$run")" "next job"
  status_ends keeps "$(tip keeps)" success
  push_files keeps src/y
  must_not_start 'no workflow'
}

forge_removed_under_a_run() {
  own_world
  new_repo gt-wait <<< "$(long_flow 6)"
  push_files gt-wait src/x
  running
  wait_until "states_of gt-wait $(tip gt-wait) | grep -q pending" "$LONG"
  sed -i '/^  gitea:/,/webhooks/d' fettle.yaml
  sed -i '/gitea:/d' repositories.yaml
  "$FETTLE" reload
  run_ended
  same "the conclusion" "$conclusion" success
  wait_until nothing_open "$LONG"
  has "the last effect" "$(effects "$run" '"\(.state) \(.last_error)"' | tail -n 1)" dead
  grep "level=error" fettle.log | grep -q "run=$run" || fail "no alarm"
}

forge_removed_while_down() {
  own_world
  new_repo gt-wait <<< "$(long_flow 6)"
  push_files gt-wait src/x
  running
  wait_until "states_of gt-wait $(tip gt-wait) | grep -q pending" "$LONG"
  stop_fettle KILL
  sed -i '/^  gitea:/,/webhooks/d' fettle.yaml
  sed -i '/gitea:/d' repositories.yaml
  start_fettle "$DIR"
  run_ended
  same "the conclusion" "$conclusion" success
  wait_until nothing_open "$LONG"
  has "the last effect" "$(effects "$run" .state | tail -n 1)" dead
  grep "level=error" fettle.log | grep -q "run=$run" || fail "no alarm"
}

forge_removed_while_away() {
  own_world
  new_repo plain <<< "$(long_flow 1)"
  stop_lab
  push_files plain src/x
  run_ended
  sed -i '/^  github:/,/webhooks/d' fettle.yaml
  sed -i '/github:/d' repositories.yaml
  "$FETTLE" reload
  wait_until nothing_open "$LONG"
  has "the effects" "$(effects "$run" .state)" dead
  grep "level=error" fettle.log | grep -q "run=$run" || fail "no alarm"
}

# ---- the other object format ----

sha256_repository() {
  mkdir -p repos/sha2
  git -C repos/sha2 init -q -b main --object-format=sha256
  mkdir -p repos/sha2/src
  workflow_file sha2 sha2.yml 'on: {push: {paths: [src/**]}}
jobs: {a: {steps: [{uses: checkout}, {run: "echo got $GITHUB_SHA; cat src/a; git rev-parse HEAD"}]}}'
  commit sha2 README > /dev/null
  push_files sha2 src/a
  same "an id" "$(tip sha2 | tr -d '\n' | wc -c)" 64
  must_start
  run_ended
  same "the conclusion" "$conclusion" success
  has "the commit" "$(log_of "$run")" "got $(tip sha2)"
  status_ends sha2 "$(tip sha2)" success fettle/sha2
  push_files sha2 docs/a
  must_not_start 'docs/a'
  git_in sha2 checkout -q -b topic
  commit sha2 docs/b > /dev/null
  push_ref sha2 refs/heads/topic "$(printf '%064d' 0)" "$(tip sha2)" '.created = true'
  must_not_start 'docs/b'
  commit sha2 $'src/new\nline' > /dev/null
  push_ref sha2 refs/heads/topic "$(printf '%064d' 5)" "$(tip sha2)" '.forced = true'
  must_start
}

export FETTLE_E2E_MARK=
shared_world

case_of 'a change from a fork is refused where steps are not isolated' fork_without_isolation
case_of 'forges away and a server killed twice: every status becomes final' forges_away_and_server_killed
case_of 'a repository that is gone makes an alarm, not an effect that waits for ever' a_repository_gone
case_of 'a cancelled run leaves no process and a final status' cancelled
case_of 'a workflow and a repository that leave the configuration do not touch a run under way' workflow_removed_under_a_run
case_of 'a forge that leaves the configuration under a run makes an alarm' forge_removed_under_a_run
case_of 'a forge that is gone from the configuration after a crash makes an alarm' forge_removed_while_down
case_of 'a forge that leaves the configuration while it is away makes an alarm' forge_removed_while_away
case_of 'a repository with SHA-256 ids is like the others' sha256_repository
case_of 'a cancel is not forgotten when the server is killed' cancelled_while_killed
case_of 'a step that went with the machine is an error' step_lost_with_the_machine
finish_cases
