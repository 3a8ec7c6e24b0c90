#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs again: whole, what failed, one job, from a step; with workspaces that come back from their snapshots, also when
# the server ends in between; what is kept, and for how long.
# usage: rerun.sh FOLDER-OF-THE-PROGRAMS      ONLY=FUNCTION runs one case
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

REPOSITORIES="whole part steps gone killed lost bare big kept"

again() { # OPTIONS…: repeats $run and waits for the new one, which becomes $run
  run=$("$FETTLE" runs rerun "$run" "$@" -o name)
  wait_until "\"$FETTLE\" runs show $run --json | jq -e '.state == \"done\"'" 60
  conclusion=$("$FETTLE" runs show "$run" --json | jq -r .conclusion)
}
refused() { # CODE TEXT COMMAND…
  local want=$1 text=$2 code=0 out
  shift 2
  out=$("$@" 2>&1) || code=$?
  same "the exit code ($out)" "$code" "$want"
  has "what it says" "$out" "$text"
}
show() { "$FETTLE" runs show "$run" --json | jq -r "$1"; } # JQ-FILTER
noted() { curl -sf --unix-socket "$SOCKET" "http://x/api/v1/runs/$run/journal" | jq -r ".journal[] | $1"; } # JQ-FILTER

a_whole_run() {
  new_repo whole <<< 'on: [push]
jobs: {a: {steps: [{run: "echo attempt=$GITHUB_RUN_ATTEMPT number=$GITHUB_RUN_NUMBER; exit $((2 - GITHUB_RUN_ATTEMPT))", shell: sh}]}}'
  push_files whole src/x
  run_ended
  local first=$run
  same "the first" "$conclusion" failure
  has "its log" "$(log_of "$run")" 'attempt=1 number=1'
  again
  same "the second" "$conclusion" success
  has "its log" "$(log_of "$run")" 'attempt=2 number=1'
  same "what it repeats" "$(show .rerun_of)" "$first"
  same "its generation" "$(show .generation)" 2
  status_ends whole "$(tip whole)" success
  has "shown" "$("$FETTLE" runs show "$run")" 'generation  2'
  refused 8 'nothing of the run has failed' "$FETTLE" runs rerun "$run" --failed
  refused 8 'no such job' "$FETTLE" runs rerun "$run" --job nobody
  refused 8 'no such step' "$FETTLE" runs rerun "$run" --from a/nothing
  refused 4 'no such run' "$FETTLE" runs rerun 0000000000001
  refused 2 'exclude each other' "$FETTLE" runs rerun "$run" --failed --job a
}

part_of_a_run() {
  new_repo part <<< 'on: [push]
jobs:
  good: {outputs: {v: "${{ steps.s.outputs.v }}"}, steps: [{id: s, run: "echo v=$RANDOM >> $GITHUB_OUTPUT"}]}
  bad: {needs: good, steps: [{run: "sleep 1; exit $((GITHUB_RUN_ATTEMPT % 2))"}]}
  last: {needs: [good, bad], steps: [{env: {V: "${{ needs.good.outputs.v }}"}, run: "echo last=$V"}]}'
  push_files part src/x
  run_ended
  same "the first" "$conclusion" failure
  local value=$(show '.jobs[0].outputs.v') first=$run
  again --failed
  same "the second" "$conclusion" success
  same "the output that was taken over" "$(show '.jobs[0].outputs.v')" "$value"
  has "what came of it" "$(log_of "$run")" "last=$value"
  same "attempts of what was taken over" "$(show '[.jobs[0].steps[].attempts[]] | length')" 0
  run=$first
  run=$("$FETTLE" runs rerun "$run" --job bad -o name)
  refused 8 'is not over yet' "$FETTLE" runs rerun "$first"
  run_ends
  same "its generation" "$(show .generation)" 3
  same "the third" "$conclusion" failure
}
run_ends() {
  wait_until "\"$FETTLE\" runs show $run --json | jq -e '.state == \"done\"'" 60
  conclusion=$(show .conclusion)
}

from_a_step() {
  new_repo steps <<< 'on: [push]
jobs:
  build:
    steps:
      - uses: checkout
      - {id: make, run: "mkdir -p out/deep; echo built-$RANDOM > out/deep/file; ln -s deep/file out/link; git config x.y z; git checkout -q -b mine; echo v=1 >> $GITHUB_OUTPUT", checkpoint: workspace}
      - {id: spoil, run: "rm -rf out"}
      - {id: look, if: always(), env: {V: "${{ steps.make.outputs.v }}"}, run: "echo see=$(cat out/link) v=$V branch=$(git rev-parse --abbrev-ref HEAD) $(git config x.y); git status --short; exit 1"}'
  push_files steps src/x
  run_ended
  has "no snapshot failed" "x$(noted 'select(.kind == "checkpoint") | .to')" 'xkept'
  again --from build/spoil
  same "the steps before" "$(show '[.jobs[0].steps[] | .attempts | length] | join(",")')" 0,0,1,1
  has "the workspace was there" "$(noted 'select(.kind == "checkpoint") | .to')" restored
  has "it is another job's by then" "$(log_of "$run")" 'see='
  again --failed
  same "what was not done" "$(show '[.jobs[0].steps[] | .attempts | length] | join(",")')" 0,0,1,1
  has "the log" "$(log_of "$run")" 'v=1 branch=mine z'
  run=$("$FETTLE" runs rerun "$run" --from look -o name)
  run_ends
  has "its remark" "$("$FETTLE" runs rerun "$run" --from look)" 'newest snapshot of the workspace is that behind step 2'
}

snapshots_gone() {
  new_repo gone <<< 'on: [push]
jobs: {a: {steps: [{id: one, run: "echo here > f", checkpoint: workspace}, {run: "cat f; exit 1"}]}}'
  push_files gone src/x
  run_ended
  rm -rf state/checkpoints/*
  again --failed
  has "why" "$(noted 'select(.kind == "checkpoint") | .cause')" 'no snapshots of this job'
  same "all of it" "$(show '[.jobs[0].steps[] | .attempts | length] | join(",")')" 1,1
  has "the log" "$(log_of "$run")" here
}

killed_in_between() {
  own_world
  new_repo killed <<< 'on: [push]
jobs: {a: {steps: [{run: "for i in $(seq 2000); do echo $i > f$i; done", checkpoint: workspace}, {run: "ls | wc -l; echo ran >> count; cat count; exit 1"}]}}'
  push_files killed src/x
  run_ended
  local first=$run i
  for i in 1 2 3; do
    run=$("$FETTLE" runs rerun "$first" --failed -o name)
    sleep 0.0$i
    stop_fettle KILL
    start_fettle "$DIR"
    run_ends
    same "the steps" "$(show '[.jobs[0].steps[] | .attempts | length] | join(",")')" 0,1
    has "all files" "$(log_of "$run")" 200
    has_not "it ran once" "$(log_of "$run")" 'ran
ran'
  done
}

# The server is killed, what it had running too, and the workspaces are gone: as after a reboot with a volatile disk.
lose_everything() {
  local pid
  wait_until "log_of $run | grep -q began" "$LONG"
  stop_fettle KILL
  for pid in $(grep -aho 'pid=[0-9]*' state/seats/[0-9]* | cut -d= -f2); do
    kill -KILL "$pid" 2> /dev/null || true
  done
  sleep 0.2
  rm -rf state/work/*
  start_fettle "$DIR"
  run_ends
}

workspaces_lost() {
  own_world
  new_repo lost <<< 'on: [push]
jobs: {a: {steps: [{run: "echo here > f", checkpoint: workspace}, {run: "echo began; sleep 3; cat f", retry: {attempts: 2, on: [lost]}}]}}'
  new_repo bare <<< 'on: [push]
jobs: {a: {steps: [{run: "echo here > f"}, {run: "echo began; sleep 3; cat f", retry: {attempts: 2, on: [lost]}}]}}'
  push_files lost src/x
  wait_until "runs_of $delivery length | grep -qx 1" "$LONG"
  run=$(runs_of "$delivery")
  lose_everything
  same "it went on with the snapshot" "$conclusion" success
  same "the class" "$(show '.jobs[0].steps[1].attempts[0].class')" lost
  has "and found the file" "$(log_of "$run")" here
  push_files bare src/x
  wait_until "runs_of $delivery length | grep -qx 1" "$LONG"
  run=$(runs_of "$delivery")
  lose_everything
  same "it did not go on as if nothing were missing" "$conclusion" error
  has "why" "$(show '.jobs[0].detail')" 'the workspace of the job is gone'
}

too_big() {
  own_world
  stop_fettle
  sed -i '/^limits:/d' fettle.yaml
  echo 'limits: {checkpoint: 1MiB}' >> fettle.yaml
  start_fettle "$DIR"
  new_repo big <<< 'on: [push]
jobs: {a: {steps: [{run: "head -c 3000000 /dev/urandom > f", checkpoint: workspace}, {run: "test -s f"}]}}'
  push_files big src/x
  run_ended
  same "a snapshot that fails is noted and nothing else" "$conclusion" success
  has "why" "$(noted 'select(.kind == "checkpoint") | .cause')" 'the workspace has 2 MiB'
}

kept_for_a_time() {
  own_world
  stop_fettle
  sed -i '/^retention:/d' fettle.yaml
  echo 'retention: {checkpoints: 1s}' >> fettle.yaml
  start_fettle "$DIR"
  new_repo kept <<< 'on: [push]
jobs: {a: {steps: [{run: "echo here > f", checkpoint: workspace}, {run: "exit 1"}]}}'
  push_files kept src/x
  run_ended
  same "kept" "$(ls state/checkpoints | wc -l)" 1
  sleep 1.5
  stop_fettle
  start_fettle "$DIR"
  wait_until '[ -z "$(ls state/checkpoints)" ]' "$LONG"
}

the_store_is_sound() {
  has "beside the server" "$("$FETTLE" store check)" 'nothing wrong (the server is running)'
  same "as JSON" "$("$FETTLE" store check --json | jq -c '[.findings, .server]')" '[[],true]'
  own_world
  stop_fettle
  has "without one" "$("$FETTLE" store check)" 'checks found nothing wrong'
  command -v sqlite3 > /dev/null || return 0
  sqlite3 state/fettle.db "INSERT INTO step SELECT 5, 6, 0, '', '', 'run', '{}', 'success', 0, 0, 'done', 'error',
    'error', 0, 0, 0, 1, NULL, NULL, NULL, NULL, 0"
  refused 1 'steps-without-job: 1 steps of a job that is not there' "$FETTLE" store check
  same "as JSON" "$("$FETTLE" store check --json | jq -c '.findings[0] | [.check, .ids]')" '["steps-without-job",[5]]'
  sqlite3 state/fettle.db "$("$FETTLE" store check --json | jq -r '.findings[0].mend')"
  must "it is mended" "$FETTLE" store check
  rm state/fettle.db*
  refused 4 'fettle.db' "$FETTLE" store check
}

shared_world
case_of 'a whole run again has the same number and the next attempt' a_whole_run
case_of 'what failed runs again, what succeeded is taken over' part_of_a_run
case_of 'a job goes on from a step, with the workspace of then' from_a_step
case_of 'without its snapshots a job begins with its first step' snapshots_gone
case_of 'a server that is killed while it restores restores again' killed_in_between
case_of 'a job whose workspace is lost goes on with its snapshot or not at all' workspaces_lost
case_of 'a workspace that is too large fails nothing' too_big
case_of 'snapshots go when their time is over' kept_for_a_time
case_of 'after all of it the store is sound, and what is not is found' the_store_is_sound
finish_cases
